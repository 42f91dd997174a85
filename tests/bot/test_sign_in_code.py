"""`/link`: the code comes to the person alone, and signs them in as themselves."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.dispatcher import build_intake, connect
from bot.polling import poll
from core.clock import utc_now
from core.db import Database
from core.identity.sign_in_with_code import sign_in_with_code
from core.secrets import Secrets
from sandbox.serving import Serving
from sandbox.settings import BOT_TOKEN
from sandbox.telegram.app import create_app
from sandbox.telegram.person import Person, Seen, World
from tests.bot.equipment import equip

CODE = re.compile(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){2}")
GROUP = "Дача 🌲"


@pytest_asyncio.fixture
async def anna(db: Database, tmp_path: Path) -> AsyncIterator[Person]:
    """Return a person whom the bot answers."""
    serving = Serving(create_app(data_path=tmp_path, group_per_minute=3000), "127.0.0.1", 0)
    await serving.start()
    intake, bot, stopping = build_intake(), connect(BOT_TOKEN, serving.url), asyncio.Event()
    equip(intake, db)
    polling = asyncio.create_task(poll(bot, intake, stopping))
    async with World.connect(serving.url) as world:
        anna = world.person("anna")
        await anna.sees(GROUP, containing="Привет")  # a bare command is for a bot that has written there
        yield anna
    stopping.set()
    await polling
    await intake.finish()
    await bot.session.close()
    await serving.stop()


def code_in(message: Seen) -> str:
    found = CODE.search(message.text)
    assert found is not None, message.text
    return found[0]


class TestLink:
    async def test_gives_a_code_in_private_that_signs_the_person_in(
        self, anna: Person, db: Database, secrets: Secrets
    ) -> None:
        await anna.start()
        asked = await anna.send(None, "/link")
        message = await anna.sees(None, button="Новый код", after=asked)
        await anna.tap(message, "Новый код")
        async with asyncio.timeout(10):
            while code_in(newer := await anna.sees(None, button="Новый код")) == code_in(message):
                await asyncio.sleep(0.03)

        signed_in = await sign_in_with_code(db, code=code_in(newer), client="", secrets=secrets, now=utc_now())

        assert signed_in.user.name.startswith("Анна")

    async def test_of_a_group_is_answered_where_nobody_else_reads_it(self, anna: Person) -> None:
        await anna.start()

        await anna.send(GROUP, "/link")

        assert code_in(await anna.sees(None, containing="код для входа"))
        assert not any(CODE.search(seen.text) for seen in await anna.messages(GROUP))

    async def test_of_who_never_opened_the_chat_points_there_and_is_answered_by_its_link(self, anna: Person) -> None:
        await anna.send(GROUP, "/link")
        pointing = await anna.sees(GROUP, containing="личное")
        await anna.start("link")

        assert not CODE.search(pointing.text)
        assert code_in(await anna.sees(None, containing="код для входа"))
