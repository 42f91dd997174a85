"""Journeys of people through the chat: over HTTP, through the real bot, workers and database."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin.product import Running
from admin.story import GROUP, play
from core.clock import utc_now
from core.identity.actor import Actor
from core.inbox.models import InboxRow
from core.notifications.models import Notification
from core.payments.claim_paid import claim_paid
from core.photos.give_photo import SentPhoto
from core.purchases.models import Participant, Purchase, Task
from core.settlement.models import Intent
from sandbox.bank.client import Bank
from sandbox.telegram.person import World
from tests.journeys.steps import answered, locked, open_purchase, same_books

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\0\x10\0\0\0\x10"


class TestTheStory:
    async def test_of_the_demo_ends_well(self, world: World, product: Running) -> None:
        assert product.bank_url is not None
        async with Bank.connect(product.bank_url) as bank:
            await play(world, bank, lambda _: None)
            await same_books(product, bank)


class TestTaps:
    async def test_of_fifty_people_at_once_are_all_counted_on_one_card(self, world: World, product: Running) -> None:
        anna = world.person("anna")
        card = await open_purchase(anna)
        chat_id = world.groups[GROUP]
        for number in range(50):
            person = await world.act("add_person", first_name=f"Гость {number}", language_code="ru")
            await world.act("add_to_group", chat_id=chat_id, user_id=person["id"])
        await world.look()
        guests = [person for person in world.people.values() if person.name.startswith("Гость")]

        await asyncio.gather(*(guest.tap(card, "Участвую") for guest in guests))

        await anna.sees(GROUP, containing="51 участник", within_seconds=15)
        edits = [call for call in await world.calls() if call["method"] == "editMessageText"]
        assert len(edits) < 50
        async with product.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Participant)) == 51

    async def test_twice_on_the_same_button_count_once(self, world: World, product: Running) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        card = await open_purchase(anna)

        await asyncio.gather(*(boris.tap(card, "Участвую") for _ in range(5)))

        await anna.sees(GROUP, containing="2 участника")
        async with product.db.transaction() as session:
            joined = select(func.count()).select_from(Participant)
            assert await session.scalar(joined) == 2

    async def test_that_come_again_from_telegram_change_nothing(self, world: World, product: Running) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        card = await open_purchase(anna)
        tapped = await boris.tap(card, "Участвую")
        await anna.sees(GROUP, containing="2 участника")
        await boris.tap(card, "Выйти")
        await anna.sees(GROUP, containing="1 участник:")

        await world.act("redeliver", update_id=tapped["update_id"])
        await boris.send(GROUP, "/help@SyncBuyBot")
        await boris.sees(GROUP, containing="Что я умею в группе")

        async with product.db.transaction() as session:
            still_in = select(func.count()).select_from(Participant).where(Participant.left_at.is_(None))
            assert await session.scalar(still_in) == 1

    @pytest.mark.parametrize(
        "data", ["", "join", "join_purchase:zzzzzzzzzzzzzzzzzzzzzz", "a:b:c", "💥" * 16, "lock_accruals:1"]
    )
    async def test_with_forged_data_get_a_friendly_answer(self, world: World, data: str) -> None:
        anna = world.person("anna")
        card = await open_purchase(anna)
        if not data:
            return

        forged = await anna.forge(card, data)

        await answered(world, forged["callback_id"], "устарела")

    async def test_of_a_stranger_on_a_card_of_another_group_are_not_found(self, world: World) -> None:
        anna = world.person("anna")
        card = await open_purchase(anna)
        stranger = await world.act("add_person", first_name="Чужой", language_code="ru")
        other = await world.act("add_group", title="Офис", member_ids=[stranger["id"]])
        await world.look()
        mallory = world.people["чужой"]
        await mallory.sees(other["id"], containing="Привет")
        await mallory.send(other["id"], "/new Кофе")
        own = await mallory.sees(other["id"], button="Участвую")
        join = next(button["callback_data"] for row in card.buttons for button in row if "Участвую" in button["text"])

        forged = await mallory.forge(own, join)

        await answered(world, forged["callback_id"], "Такой покупки не нашёл")


class TestDialogs:
    async def test_go_on_after_the_bot_was_restarted(self, database_url: str, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        from admin.product import running_product

        lively = {"data_dir": tmp_path, "any_port": True, "group_messages_per_minute": 3000}
        async with running_product(database_url, **lively) as running, World.connect(str(running.page_url)) as world:
            anna = world.person("anna")
            await anna.start()
            await anna.sees(None, containing="SyncBuy")
            await anna.send(None, "/new")
            await anna.sees(None, containing="Что покупаем?")
        async with running_product(database_url, **lively) as running, World.connect(str(running.page_url)) as world:
            anna = world.person("anna")
            await anna.send(None, "Шашлыки")
            await anna.sees(None, containing="🛒 Шашлыки", button="Участвую")

    async def test_are_left_by_cancel(self, world: World) -> None:
        anna = world.person("anna")
        await anna.start()
        await anna.send(None, "/new")
        await anna.sees(None, containing="Что покупаем?")

        await anna.send(None, "/cancel")
        await anna.sees(None, containing="забыли")
        await anna.send(None, "Шашлыки")

        await anna.sees(None, containing="Не понял")

    async def test_keep_what_a_wrong_answer_was_about(self, world: World) -> None:
        anna = world.person("anna")
        card = await open_purchase(anna)
        await anna.tap(card, "Я заплатил(а)")
        question = await anna.sees(GROUP, containing="сколько и на что")

        await anna.send(GROUP, "такси", reply_to=question)
        await anna.sees(GROUP, containing="сумм")
        await anna.send(GROUP, "1200 такси", reply_to=question)

        await anna.sees(GROUP, containing="Потрачено 1\N{NO-BREAK SPACE}200")

    async def test_choose_payers_and_sharers_by_taps(self, world: World, product: Running) -> None:
        anna, boris, vera = (world.person(name) for name in ("anna", "boris", "vera"))
        card = await open_purchase(anna)
        for person in (boris, vera):
            await person.tap(card, "Участвую")
        await anna.sees(GROUP, containing="3 участника")
        await anna.send(GROUP, "/task Мясо 1000")
        await anna.tap(await anna.sees(GROUP, containing="Организатор", button="Мясо"), "Мясо")
        await anna.tap(await anna.sees(GROUP, containing="Организатор", button="Мясо · Анна"), "Мясо")
        panel = await anna.sees(GROUP, containing="Платит: Анна", button="Кто платил")
        await anna.tap(panel, "Кто платил")
        await anna.tap(await anna.sees(GROUP, containing="Кто платил за", button="▫️ Борис"), "▫️ Борис")
        await anna.tap(await anna.sees(GROUP, containing="Кто платил за", button="✅ Борис"), "Дальше")
        panel = await anna.sees(GROUP, containing="Платит: Анна, Борис", button="На кого делим")
        await anna.tap(panel, "На кого делим")
        await anna.tap(await anna.sees(GROUP, containing="На кого делим", button="✅ Анна"), "✅ Анна")
        await anna.tap(await anna.sees(GROUP, containing="На кого делим", button="▫️ Анна"), "Дальше")
        panel = await anna.sees(GROUP, containing="на 2: Борис, Вера", button="Кто сколько заплатил")
        await anna.tap(panel, "Кто сколько заплатил")
        question = await anna.sees(GROUP, containing="кто сколько заплатил")

        await anna.send(GROUP, "700; 500", reply_to=question)

        await anna.sees(GROUP, containing="Анна (700")
        async with product.db.transaction() as session:
            task = (await session.scalars(select(Task))).one()
            assert task.cost_minor == 1200_00


class TestPrivateWords:
    async def test_are_seen_by_nobody_else_in_the_group(self, world: World) -> None:
        anna, boris = await locked(world)
        card = await anna.sees(GROUP, button="Мои долги")

        await boris.tap(card, "Мои долги")
        await boris.sees(GROUP, containing="Вы должны")

        assert not any("Вы должны" in seen.text for seen in await anna.messages(GROUP))

    async def test_go_by_direct_message_where_whispering_is_not_possible(self, world: World) -> None:
        _, boris = await locked(world)
        await world.act("set_fault", kind="no_ephemeral", times=1)
        before = len(await boris.messages(None))

        await boris.tap(await boris.sees(GROUP, button="Мои долги"), "Мои долги")

        await boris.sees(None, containing="Вы должны 500", button="Анна")
        assert len(await boris.messages(None)) > before

    async def test_become_a_mention_with_a_link_for_who_never_started_the_bot(
        self, world: World, product: Running
    ) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        await anna.start()
        card = await open_purchase(anna)
        await boris.tap(card, "Участвую")
        await anna.send(GROUP, "/spent 1000 такси")
        await anna.sees(GROUP, containing="Поровну на всех (2)")
        await anna.tap(card, "Посчитать доли")
        await anna.tap(await anna.sees(GROUP, button="Зафиксировать"), "Зафиксировать")

        asked = await boris.sees(GROUP, containing="для вас есть личное сообщение", button="Открыть личку")

        assert "500" not in asked.text
        async with product.db.transaction() as session:
            failed = select(Notification.reason).where(Notification.status == "failed")
            assert list(await session.scalars(failed)) == ["not_started"]
        await boris.start("debts")
        await boris.sees(None, containing="Вы должны 500")

    async def test_reach_a_person_again_who_had_blocked_the_bot(self, world: World) -> None:
        anna, boris = await locked(world)
        await world.act("block", user_id=anna.id)
        await boris.send(None, "/debts")
        await boris.tap(await boris.sees(None, containing="Вы должны", button="💳 Анна"), "💳 Анна")
        await boris.tap(await boris.sees(None, button="Перевёл(а)"), "Перевёл(а)")
        await anna.sees(GROUP, containing="для вас есть личное сообщение")

        await anna.start("debts")

        await anna.sees(None, containing="Вам должны", button="Всё пришло (1)")


class TestPayments:
    async def test_may_come_in_part_with_a_photo_of_the_receipt(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        asked = await boris.send(None, "/pay")
        await boris.tap(await boris.sees(None, button="💳 Анна", after=asked), "💳 Анна")
        await boris.tap(await boris.sees(None, button="С чеком", after=asked), "С чеком")
        await boris.sees(None, containing="Пришлите фото", after=asked)
        await boris.send(None, "вот он")
        await boris.sees(None, containing="Жду фото", after=asked)
        await boris.send(None, "200", photo=PICTURE)

        question = await anna.sees(None, containing="Пришло?", button="✅ Пришло")
        assert question.raw["media"]["kind"] == "photo"
        await anna.tap(question, "✅ Пришло")

        answered = await anna.sees(None, containing="Записал")
        assert answered.id == question.id
        assert answered.raw["media"]["kind"] == "photo"
        await boris.sees(None, containing="подтверждает: 200")
        async with product.db.transaction() as session:
            intent = (await session.scalars(select(Intent))).one()
            assert (intent.paid_minor, intent.left_minor, intent.status) == (200_00, 300_00, "created")

    async def test_are_asked_about_though_telegram_does_not_take_the_photo(
        self, world: World, product: Running
    ) -> None:
        anna, _ = await locked(world)
        async with product.db.transaction() as session:
            [intent] = await session.scalars(select(Intent))
            await claim_paid(
                session,
                actor=Actor(intent.payer_id, "Борис", "ru", "UTC"),
                intent_id=intent.id,
                confirm_within=timedelta(days=7),
                proof=SentPhoto("of-another-bot"),
                now=utc_now(),
            )

        await anna.tap(await anna.sees(None, containing="Пришло?", button="✅ Пришло"), "✅ Пришло")

        await anna.sees(None, containing="Записал")

    async def test_may_be_taken_back_and_forgiven(self, world: World) -> None:
        anna, boris = await locked(world)
        asked = await boris.send(None, "/pay")
        await boris.tap(await boris.sees(None, button="💳 Анна", after=asked), "💳 Анна")
        await boris.tap(await boris.sees(None, button="Перевёл(а)", after=asked), "Перевёл(а)")
        await boris.tap(await boris.sees(None, button="Я ошибся", after=asked), "Я ошибся")
        await anna.sees(None, containing="передумал")
        looked = await anna.send(None, "/debts")
        await anna.tap(await anna.sees(None, button="Долг: Борис", after=looked), "Долг: Борис")
        await anna.tap(await anna.sees(None, button="Простить", after=looked), "Простить")
        await anna.tap(await anna.sees(None, button="Да, простить", after=looked), "Да, простить")

        await boris.sees(None, containing="прощает вам долг")
        await anna.sees(None, containing="все рассчитались", button="Закрыть")


class TestTheGroup:
    async def test_keeps_everything_when_it_becomes_a_supergroup(self, world: World, product: Running) -> None:
        anna = world.person("anna")
        await open_purchase(anna)

        new = await world.act("upgrade_group", chat_id=world.groups[GROUP])
        await anna.send(new["id"], "/task Мясо 500")

        await anna.sees(new["id"], containing="1. ⬜ Мясо", within_seconds=15)
        async with product.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Purchase)) == 1

    async def test_is_asked_which_purchase_is_meant_where_there_are_two(self, world: World) -> None:
        anna = world.person("anna")
        await open_purchase(anna, "Шашлыки")
        await open_purchase(anna, "Подарок")

        await anna.send(GROUP, "/task Мясо 500")
        question = await anna.sees(GROUP, containing="О какой покупке", button="Шашлыки")
        await anna.tap(question, "Шашлыки")

        card = await anna.sees(GROUP, containing="1. ⬜ Мясо")
        assert "Шашлыки" in card.text

    async def test_speaks_and_pays_as_somebody_in_it_has_chosen(self, world: World) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        await anna.send(GROUP, "/settings")
        await anna.tap(await anna.sees(GROUP, containing="Настройки группы", button="GEL"), "GEL")
        settings = await boris.sees(GROUP, containing="Валюта новых покупок: GEL", button="English")
        await boris.tap(settings, "English")
        await anna.sees(GROUP, containing="Язык карточек: 🇬🇧 English")

        await anna.send(GROUP, "/new Barbecue")
        await anna.sees(GROUP, containing="1 person takes part")
        await anna.send(GROUP, "/spent 10 taxi")

        await anna.sees(GROUP, containing="taxi — 10\u00a0₾")

    async def test_gets_a_new_card_where_the_old_one_was_deleted(self, world: World) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        card = await open_purchase(anna)
        await world.act("delete_message", chat_id=card.chat_id, message_id=card.id)

        await anna.send(GROUP, "/task Мясо 500")

        new = await boris.sees(GROUP, containing="1. ⬜ Мясо")
        assert new.id > card.id


class TestInvites:
    async def test_reach_somebody_whom_the_bot_has_never_met(self, world: World) -> None:
        anna = world.person("anna")
        await open_purchase(anna)
        newcomer = await world.act("add_person", first_name="Глеб", username="gleb_p", language_code="ru")

        await anna.send(GROUP, "/invite @gleb_p")
        invited = await anna.sees(GROUP, containing="Позвали: @gleb_p")
        link = invited.buttons[0][0]["url"]
        await world.look()
        gleb = world.person("gleb_p")
        assert gleb.id == newcomer["id"]
        await gleb.start(link.partition("start=")[2])
        await gleb.tap(await gleb.sees(None, containing="Вас зовут", button="Участвую"), "Участвую")

        await anna.sees(GROUP, containing="2 участника: Анна, Глеб")

    async def test_of_somebody_else_are_not_found(self, world: World) -> None:
        anna, vera = world.person("anna"), world.person("vera")
        await open_purchase(anna)
        await anna.send(GROUP, "/invite @boris")
        invited = await anna.sees(GROUP, containing="Позвали")

        await vera.start(invited.buttons[0][0]["url"].partition("start=")[2])

        await vera.sees(None, containing="Такого приглашения для вас нет")


class TestTheOutsideWorld:
    async def test_may_lose_answers_repeat_updates_and_ask_for_pauses(self, world: World, product: Running) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        await world.act("set_fault", kind="duplicate_updates", times=20)
        await world.act("set_fault", kind="lose_answer", method="sendMessage", times=1)
        await world.act("set_fault", kind="too_many_requests", method="editMessageText", times=2, seconds=1)

        await anna.send(GROUP, "/new Шашлыки")
        card = await anna.sees(GROUP, containing="Шашлыки", button="Участвую", within_seconds=20)
        await boris.tap(card, "Участвую")

        await anna.sees(GROUP, containing="2 участника", within_seconds=20)
        async with product.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Purchase)) == 1

    async def test_is_told_nothing_that_looks_like_a_bug(self, world: World) -> None:
        await locked(world)

        refused = [call for call in await world.calls() if call["status"] >= 400]

        # People who never started the bot, and a card that two changes left as it was, are no bugs.
        expected = ("Forbidden", "Bad Request: message is not modified")
        assert [call for call in refused if not call["answer"]["description"].startswith(expected)] == []

    async def test_hears_each_notification_once(self, world: World, product: Running) -> None:
        _, boris = await locked(world)

        told = [seen for seen in await boris.messages(None) if "доли посчитаны" in seen.text]

        assert len(told) == 1
        async with product.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Intent)) == 1
            assert await session.scalar(select(func.count()).select_from(InboxRow))
