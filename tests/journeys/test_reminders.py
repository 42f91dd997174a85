"""Reminders in the chat: before a debt is due, then, and after; at night, snoozed, and no more once it is paid."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin.product import Running
from admin.story import GROUP
from core.clock import utc_now
from core.notifications.models import Notification
from core.outbox.models import OutboxRow
from core.reminders.models import Reminder
from core.settlement.models import Intent
from sandbox.telegram.person import Person, Seen, World
from tests.journeys.steps import answered, locked, open_debt, open_purchase

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
REMINDER = "Напоминаю"


async def _planned(product: Running, people: int = 2) -> None:
    """Wait until the reminders of a lock are planned."""
    async with asyncio.timeout(15):
        while await _count(product, select(func.count(Reminder.user_id.distinct()))) < people:
            await asyncio.sleep(0.05)


async def _calm(product: Running) -> None:
    """Wait until the workers have done all that is due: then whatever was not said is not going to be."""
    async with asyncio.timeout(30):
        while True:
            now = utc_now()
            waiting = (
                select(func.count()).where(Reminder.status == "waiting", Reminder.at <= now),
                select(func.count()).where(Notification.finished_at.is_(None), Notification.not_before <= now),
                select(func.count()).where(Intent.status == "created", Intent.due_at <= now),
                select(func.count()).select_from(OutboxRow),
            )
            if not any([await _count(product, query) for query in waiting]):
                return
            await asyncio.sleep(0.05)


async def _count(product: Running, query: object) -> int:
    async with product.db.transaction() as session:
        return await session.scalar(query) or 0  # type: ignore[call-overload]


async def _reminders(person: Person) -> list[Seen]:
    return [seen for seen in await person.messages(None) if REMINDER in seen.text]


async def _last(person: Person) -> Seen:
    return (await person.messages(None))[-1]


async def _choose(person: Person, panel: str, *buttons: str) -> Seen:
    asked = await person.send(None, "/settings")
    await person.tap(await person.sees(None, button=panel, after=asked), panel)
    for button in buttons:
        await person.tap(await person.sees(None, button=button, after=asked), button)
    return await _last(person)


class TestAReminder:
    async def test_comes_a_day_before_then_when_due_and_then_every_three_days(
        self, world: World, product: Running
    ) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await world.advance(6 * DAY + HOUR)

        first = await boris.sees(None, containing=REMINDER)
        assert "500" in first.text
        assert "Анна · Шашлыки" in first.text
        assert "завтра" in first.text
        assert [label.split(" ")[0] for label in first.labels] == ["💳", "✅", "❓", "😴", "Завтра", "Через"]
        await world.advance(DAY)
        second = await boris.sees(None, containing=REMINDER, after=first)
        assert "был сегодня" in second.text
        await world.advance(3 * DAY)
        third = await boris.sees(None, containing=REMINDER, after=second)
        assert "3 дня назад" in third.text
        await _calm(product)
        assert len(await _reminders(boris)) == 3

    async def test_stops_when_the_payer_says_it_is_paid_by_its_own_button(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        await _planned(product)
        await world.advance(6 * DAY + HOUR)

        await boris.tap(await boris.sees(None, containing=REMINDER), "Перевёл(а) 500")

        asked = await anna.sees(None, containing="Пришло?")
        await world.advance(5 * DAY)
        await _calm(product)
        assert await _reminders(boris) == []  # the one there was has become the word of the payment
        await anna.tap(asked, "✅ Пришло")
        await boris.sees(None, containing="подтверждает")
        await world.advance(30 * DAY)
        await _calm(product)
        assert await _reminders(boris) == []

    async def test_leads_to_the_debt_and_to_its_reasons(self, world: World, product: Running) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await world.advance(6 * DAY + HOUR)
        reminder = await boris.sees(None, containing=REMINDER)

        await boris.tap(reminder, "Почему столько")
        await boris.sees(None, containing="такси")
        await world.advance(DAY)
        again = await boris.sees(None, containing=REMINDER)
        await boris.tap(again, "Анна: 500")

        await boris.sees(None, containing="Вы должны 500", button="Перевёл(а)")

    async def test_waits_for_the_end_of_the_quiet_hours_that_a_person_chose(
        self, world: World, product: Running
    ) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await _choose(boris, "Тихие часы", "Другое")
        asked = await boris.sees(None, containing="С какого часа")
        await boris.send(None, "11–20")
        await boris.sees(None, containing="11:00–20:00", after=asked)
        await _calm(product)

        await world.advance(6 * DAY - 3 * HOUR)  # nine in the morning
        await _calm(product)
        assert await _reminders(boris) == []
        await world.advance(HOUR + HOUR / 2)  # an hour before the quiet begins
        await boris.sees(None, containing="завтра")
        await world.advance(DAY)
        second = await boris.sees(None, containing="сегодня")
        await world.advance(3 * DAY + 2 * HOUR)  # in the middle of it
        await _calm(product)
        assert len(await _reminders(boris)) == 2
        await world.advance(8 * HOUR)
        await boris.sees(None, containing="3 дня назад", after=second)

    async def test_of_several_debts_is_one_message(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        card = await open_purchase(anna, "Лыжи")
        await boris.tap(card, "Участвую")
        await anna.send(GROUP, "/spent 400 прокат")
        await anna.sees(GROUP, containing="прокат")
        await anna.tap(await anna.sees(GROUP, containing="Лыжи", button="Посчитать доли"), "Посчитать доли")
        await anna.tap(await anna.sees(GROUP, containing="Лыжи", button="Зафиксировать"), "Зафиксировать")
        await boris.sees(None, containing="Лыжи")
        await _planned(product, 2)

        await world.advance(6 * DAY + HOUR)

        reminder = await boris.sees(None, containing="всего 700")
        assert [label for label in reminder.labels if label.startswith("💳")] == [
            "💳 Анна: 500\xa0₽", "💳 Анна: 200\xa0₽"
        ]  # fmt: skip
        await _calm(product)
        assert len(await _reminders(boris)) == 1

    async def test_that_is_snoozed_comes_again_when_it_was_asked_to(self, world: World, product: Running) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await world.advance(6 * DAY + HOUR)
        first = await boris.sees(None, containing=REMINDER)

        for _ in range(2):
            tapped = await boris.tap(first, "Через час")
            await answered(world, tapped["callback_id"], "напомню")
        await world.advance(HOUR + HOUR / 60)

        await boris.sees(None, containing=REMINDER, after=first)
        await _calm(product)
        assert len(await _reminders(boris)) == 2

    async def test_is_not_for_who_switched_them_off(self, world: World, product: Running) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await _choose(boris, "Напоминания", "Включены")
        await boris.sees(None, button="Выключены")
        await _calm(product)

        await world.advance(8 * DAY)
        await _calm(product)

        assert await _reminders(boris) == []

    async def test_comes_as_it_was_chosen_and_the_settings_say_how(self, world: World, product: Running) -> None:
        _, boris = await locked(world)
        await _planned(product)
        await _choose(boris, "Напоминания", "Заранее: за 1 день", "В срок: да", "После срока: раз в 3 дня")
        panel = await boris.sees(None, button="раз в 7 дней")
        assert [label for label in panel.labels if ":" in label] == [
            "Заранее: за 2 дня", "В срок: нет", "После срока: раз в 7 дней"
        ]  # fmt: skip
        await _calm(product)

        await world.advance(5 * DAY + HOUR)

        assert "через 2 дня" in (await boris.sees(None, containing=REMINDER)).text


class TestTheOrganizer:
    async def test_hears_in_private_of_what_is_overdue_and_the_group_sees_only_that_it_can_be_paid(
        self, world: World, product: Running
    ) -> None:
        anna, boris = await locked(world)
        await _planned(product)
        said = len(await anna.messages(GROUP))

        await world.advance(7 * DAY + HOUR)
        card = await anna.sees(GROUP, containing="Срок прошёл")
        await world.advance(DAY)
        told = await anna.sees(None, containing="долги ещё открыты")
        assert "Борис → Анна: 500" in told.text
        await anna.tap(told, "Долг: Борис")
        await anna.sees(None, containing="Борис должен(на) вам 500")

        await world.advance(7 * DAY)
        await anna.sees(None, containing="долги ещё открыты", after=told)
        await _calm(product)
        assert "Борис" not in card.text.split("Срок прошёл")[1]
        assert len(await anna.messages(GROUP)) == said
        assert "просрочено" in (await open_debts(boris)).text

    async def test_is_told_of_forgiveness_in_the_morning(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        await world.advance(11 * HOUR)  # eleven in the evening
        asked = await anna.send(None, "/debts")
        await anna.tap(await anna.sees(None, button="Долг: Борис", after=asked), "Долг: Борис")
        await anna.tap(await anna.sees(None, button="Простить", after=asked), "Простить")
        await anna.tap(await anna.sees(None, button="Да", after=asked), "Да")
        await anna.sees(None, containing="Долг прощён", after=asked)
        await _calm(product)
        assert not any("прощает" in seen.text for seen in await boris.messages(None))

        await world.advance(10 * HOUR + HOUR / 60)

        await boris.sees(None, containing="прощает вам долг")
        await anna.sees(None, containing="все рассчитались")


async def open_debts(person: Person) -> Seen:
    """Show what a person owes."""
    asked = await person.send(None, "/debts")
    return await person.sees(None, containing="Вы должны", after=asked)


class TestADebtThatIsOverdue:
    async def test_can_still_be_paid(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        await world.advance(8 * DAY)
        await _calm(product)

        await anna.send(GROUP, "/history")
        await anna.sees(None, containing="Борис → Анна: срок прошёл")
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, containing="Пришло?"), "✅ Пришло")

        await boris.sees(None, containing="подтверждает")


class TestSettings:
    @pytest.mark.parametrize(
        ("zone", "shown"), [("Владивосток", "Владивосток"), (None, "Europe/Berlin"), (None, "berlin")]
    )
    async def test_keep_the_time_zone_that_a_person_chose(self, world: World, zone: str | None, shown: str) -> None:
        anna = world.person("anna")
        await anna.start()
        await _choose(anna, "Часовой пояс", zone or "Другое")
        if zone is None:
            asked = await anna.sees(None, containing="Какой у вас город")
            await anna.send(None, shown)
            shown = "Берлин"
            await anna.sees(None, containing="Берлин, сейчас", after=asked)

        asked = await anna.send(None, "/settings")

        assert f"Часовой пояс: {shown}" in (await anna.sees(None, containing="Настройки", after=asked)).text

    async def test_refuse_what_is_no_time_zone_and_what_are_no_hours(self, world: World) -> None:
        anna = world.person("anna")
        await anna.start()
        await _choose(anna, "Часовой пояс", "Другое")
        await anna.sees(None, containing="Какой у вас город")
        await anna.send(None, "Мордор")
        await anna.sees(None, containing="Не знаю часового пояса «Мордор»")
        await _choose(anna, "Тихие часы", "Другое")
        await anna.sees(None, containing="С какого часа")
        await anna.send(None, "ночью")
        await anna.sees(None, containing="Напишите два времени")
        await anna.send(None, "8-7")
        await anna.sees(None, containing="не больше 16 часов")
        await anna.send(None, "23-7:30")

        await anna.sees(None, containing="23:00–07:30", button="Не нужны")

    async def test_let_quiet_hours_be_chosen_and_given_up_by_a_button(self, world: World) -> None:
        anna = world.person("anna")
        await anna.start()

        await _choose(anna, "Тихие часы", "23:00–08:00", "Не нужны")

        await anna.tap(await anna.sees(None, containing="Тихие часы: нет"), "К настройкам")
        await anna.sees(None, containing="Напоминания о долгах: включены", button="Тихие часы: нет")
