"""People get what is known of them as a file, and are forgotten when they ask, in chat."""

import asyncio
import json

from sqlalchemy import select

from admin.product import Running
from admin.story import GROUP
from core.identity.models import Identity, User
from core.ids import shorten
from sandbox.asking import new_client
from sandbox.telegram.person import Person, World
from tests.journeys.steps import locked, open_debt, open_purchase


async def my_data(who: Person) -> None:
    """Open "My data" in the settings."""
    asked = await who.send(None, "/settings")
    await who.tap(await who.sees(None, button="Мои данные", after=asked), "Мои данные")


async def is_told(world: World, words: str) -> None:
    """Wait until the bot has answered a tap so."""
    async with asyncio.timeout(10):
        while not any(
            call["method"] == "answerCallbackQuery" and words in str(call["params"].get("text"))
            for call in await world.calls()
        ):
            await asyncio.sleep(0.03)


class TestMyData:
    async def test_is_a_file_that_a_machine_can_read(self, world: World, product: Running) -> None:
        _, boris = await locked(world)

        await my_data(boris)
        await boris.tap(await boris.sees(None, button="Получить файл"), "Получить файл")
        sent = await boris.sees(None, containing="Всё, что SyncBuy хранит о вас")

        async with new_client() as client:
            file = await client.get(f"{product.page_url}{sent.raw['media']['url']}")
        document = json.loads(file.content)
        assert document["format"] == "syncbuy-person/1"
        assert document["person"][0]["name"].startswith("Борис")
        assert len(document["records"]["settlement.intents"]) == 1

    async def test_stays_while_a_debt_is_open_and_goes_when_it_is_paid(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        await my_data(boris)
        panel = await boris.sees(None, button="Удалить меня")

        await boris.tap(panel, "Удалить меня")
        await is_told(world, "1 открытый долг")
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, button="Пришло"), "Пришло")
        await boris.sees(None, containing="подтверждает")
        await boris.tap(panel, "Удалить меня")
        await boris.tap(await boris.sees(None, button="Да, удалить"), "Да, удалить")

        await boris.sees(None, containing="я вас больше не знаю")
        await anna.sees(GROUP, containing="Удалённый участник")
        async with product.db.transaction() as session:
            assert str(boris.id) not in set(await session.scalars(select(Identity.subject)))
            assert (await session.scalars(select(User.name).where(User.erased_at.is_not(None)))).all() == [""]
        asked = await anna.send(None, "/history")
        await anna.sees(None, containing="Удалённый участник", after=asked)

    async def test_is_gone_only_once_and_who_comes_back_is_somebody_new(self, world: World, product: Running) -> None:
        boris = world.person("boris")
        await boris.start()
        await open_purchase(boris)
        await my_data(boris)
        await boris.tap(await boris.sees(None, button="Удалить меня"), "Удалить меня")
        question = await boris.sees(None, button="Да, удалить")
        await boris.tap(question, "Оставить")
        await boris.tap(await boris.sees(None, button="Удалить меня"), "Удалить меня")
        question = await boris.sees(None, button="Да, удалить")
        await boris.tap(question, "Да, удалить")
        await boris.sees(None, containing="я вас больше не знаю")
        await boris.start()

        await boris.tap(question, "Да, удалить")  # a button that was for who they were

        await is_told(world, "Такого человека здесь нет")
        async with product.db.transaction() as session:
            users = (await session.scalars(select(User).order_by(User.id))).all()
        assert [bool(user.name) for user in users if user.name in {"", "Борис"}] == [False, True]

    async def test_is_forgotten_by_nobody_elses_tap(self, world: World, product: Running) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        await boris.start()
        await anna.start()
        await my_data(anna)
        panel = await anna.sees(None, button="Удалить меня")
        async with product.db.transaction() as session:
            victim = await session.scalar(select(Identity.user_id).where(Identity.subject == str(boris.id)))
        assert victim is not None

        await anna.forge(panel, f"erase_me_now:{shorten(victim)}")

        await is_told(world, "Такого человека здесь нет")
        async with product.db.transaction() as session:
            assert not (await session.scalars(select(User).where(User.erased_at.is_not(None)))).all()
