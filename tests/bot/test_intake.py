"""Updates are confirmed after their transactions, taken in once, and lost never."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select, text

from bot.dispatcher import build_intake, connect
from bot.intake import Intake
from bot.polling import poll
from bot.webhook import PATH, serve_webhook
from core.config import TelegramSettings
from core.db import Database
from core.identity.models import Identity, User
from core.inbox.models import InboxRow
from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.settings import BOT_TOKEN
from sandbox.telegram.app import create_app
from sandbox.telegram.person import World
from tests.bot.equipment import equip


@pytest_asyncio.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Serving]:
    serving = Serving(create_app(data_path=tmp_path, group_per_minute=3000), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest.fixture
def intake(db: Database) -> Intake:
    intake = build_intake()
    equip(intake, db)
    return intake


async def _count(db: Database, table: type[User | InboxRow]) -> int:
    async with db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


class TestPolling:
    async def test_takes_in_what_came_while_the_database_was_away(
        self, db: Database, intake: Intake, telegram: Serving
    ) -> None:
        async with World.connect(telegram.url) as world:
            async with db.transaction() as session:
                await session.execute(text("ALTER TABLE messaging.inbox RENAME TO away"))
            await world.person("anna").start()
            bot, stopping = connect(BOT_TOKEN, telegram.url), asyncio.Event()
            polling = asyncio.create_task(poll(bot, intake, stopping))
            await asyncio.sleep(0.5)
            async with db.transaction() as session:
                assert await session.scalar(select(func.count()).select_from(User)) == 0
                await session.execute(text("ALTER TABLE messaging.away RENAME TO inbox"))

            await world.person("anna").sees(None, containing="SyncBuy", within_seconds=15)

            stopping.set()
            await polling
            await intake.finish()
            await bot.session.close()
        assert await _count(db, User) == 1

    async def test_confirms_what_it_took_in_when_it_stops(self, intake: Intake, telegram: Serving) -> None:
        async with World.connect(telegram.url) as world:
            await world.person("anna").start()
            bot, stopping = connect(BOT_TOKEN, telegram.url), asyncio.Event()
            polling = asyncio.create_task(poll(bot, intake, stopping))
            await world.person("anna").sees(None, containing="SyncBuy")
            stopping.set()
            await polling
            await intake.finish()

            assert await bot.get_updates(timeout=0) == []
            await bot.session.close()

    async def test_passes_over_an_update_that_the_library_cannot_read(
        self, db: Database, intake: Intake, telegram: Serving
    ) -> None:
        async with World.connect(telegram.url) as world:
            unreadable = {"id": "x", "from": {"id": "nobody"}}
            telegram.app.state.world.updates.add("callback_query", unreadable)
            await world.person("anna").start()
            bot, stopping = connect(BOT_TOKEN, telegram.url), asyncio.Event()
            polling = asyncio.create_task(poll(bot, intake, stopping))

            await world.person("anna").sees(None, containing="SyncBuy")

            stopping.set()
            await polling
            await intake.finish()
            assert await bot.get_updates(timeout=0) == []
            await bot.session.close()
        assert await _count(db, User) == 1


class TestWebhook:
    async def test_answers_after_the_commit_and_only_to_telegram(
        self, db: Database, intake: Intake, telegram: Serving
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = TelegramSettings(
            webhook_url=f"http://127.0.0.1:{port}", webhook_secret=SecretStr("s3cret"), webhook_port=port
        )
        bot, stopping = connect(BOT_TOKEN, telegram.url), asyncio.Event()
        serving = asyncio.create_task(serve_webhook(bot, intake, settings, stopping))
        async with World.connect(telegram.url) as world:
            await world.person("anna").start()
            await world.person("anna").sees(None, containing="SyncBuy")
            known = await _count(db, InboxRow)
            forged = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}}
            async with new_client() as client:
                answer = await client.post(
                    f"http://127.0.0.1:{port}{PATH}",
                    json=forged,
                    headers={"X-Telegram-Bot-Api-Secret-Token": "wrong"},
                )

            assert answer.status_code == 401
            assert await _count(db, InboxRow) == known
            info = await bot.get_webhook_info()
            assert info.pending_update_count == 0
            await bot.delete_webhook()
        stopping.set()
        await serving
        await intake.finish()
        await bot.session.close()


class TestSomebodyWhomNobodyKnows:
    async def test_is_not_met_by_blocking_the_bot(self, db: Database, intake: Intake, telegram: Serving) -> None:
        async with World.connect(telegram.url) as world:
            anna, boris = world.person("anna"), world.person("boris")
            await boris.start()
            bot, stopping = connect(BOT_TOKEN, telegram.url), asyncio.Event()
            polling = asyncio.create_task(poll(bot, intake, stopping))
            await boris.sees(None, containing="SyncBuy")
            async with db.transaction() as session:  # as erasing does
                await session.execute(text("DELETE FROM identity.identities"))
            await world.act("block", user_id=boris.id)
            await anna.start()
            await anna.sees(None, containing="SyncBuy")  # updates are taken in their order
            stopping.set()
            await polling
            await intake.finish()
            await bot.session.close()

        async with db.transaction() as session:
            assert list(await session.scalars(select(Identity.subject))) == [str(anna.id)]
