"""Which reminders are sent, to whom and how often: once each, whatever is repeated, late, at once or killed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor
from core.identity.models import User
from core.identity.preferences import choose_quiet_hours, choose_reminders
from core.ids import EventId, PurchaseId, new_id
from core.notifications.catalog import CATALOG, Reader
from core.notifications.models import Notification
from core.payments.claim_paid import claim_paid
from core.payments.dispute_payment import dispute_payment
from core.personal_data.erase_person import erase_person
from core.purchases.events import OrganizerChanged
from core.purchases.join_purchase import enter
from core.purchases.models import Purchase
from core.purchases.shares import Equal
from core.reminders.due import send_due
from core.reminders.models import Reminder
from core.reminders.plan import plan_after_lock, plan_anew, plan_for_organizer
from core.reminders.schedule import AFTER_MAX, OVERDUE_MAX
from core.settlement.models import Intent
from core.settlement.unlock_distribution import unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import NOW, WEEK, lock, person, purchase, spending
from tests.databases import until_waiting
from workers.reactions import plan_reminders

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
DUE = NOW + WEEK  # at three in the afternoon in Moscow


async def owing(
    session: AsyncSession, organizer: Actor | None = None, debtor: Actor | None = None, *, title: str = "Шашлыки"
) -> tuple[Actor, Actor, Intent]:
    """Return a debtor, the organiser whom they owe, and the debt, with its reminders planned."""
    organizer, debtor = organizer or await person(session, "Анна"), debtor or await person(session, "Борис")
    opened = await purchase(session, organizer, debtor, title=title)
    await spending(session, organizer, opened, 1000_00)
    [intent] = await lock(session, organizer, opened)
    await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)
    return debtor, organizer, intent


async def inherited(session: AsyncSession) -> tuple[Intent, Actor, Actor, Actor]:
    """Return a debt, who owes it, an organiser whom it is no matter of, and the payee, who is next to organise."""
    host, heir, debtor = [await person(session, name) for name in ("Хост", "Вера", "Борис")]
    opened = await purchase(session, host, heir)
    await enter(session, opened, debtor, now=NOW + SECOND)
    await spending(session, heir, opened, 1000_00, split=Equal((heir.user_id, debtor.user_id)))
    [intent] = await lock(session, host, opened)
    await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)
    return intent, debtor, host, heir


async def told(session: AsyncSession, user: Actor) -> list[Notification]:
    """Return what a person was told, the oldest first."""
    own = select(Notification).where(Notification.user_id == user.user_id, Notification.kind.in_(KINDS))
    return list(await session.scalars(own.order_by(Notification.created_at, Notification.id)))


KINDS = ("reminder", "debts-overdue")


async def _kinds(session: AsyncSession, user: Actor, moments: Sequence[datetime]) -> list[str]:
    for now in moments:
        await send_due(session, now=now)
    return [notification.kind for notification in await told(session, user)]


async def _rows(session: AsyncSession, user: Actor) -> list[tuple[str, str]]:
    own = select(Reminder).where(Reminder.user_id == user.user_id).order_by(Reminder.number)
    return [(row.stage, row.status) for row in await session.scalars(own)]


class TestTheDebtor:
    async def test_is_reminded_at_each_moment_once(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)

        for now in (DUE - DAY - SECOND, DUE - DAY, DUE - DAY, DUE - SECOND, DUE, DUE, DUE + 3 * DAY):
            await send_due(session, now=now)

        assert [each.created_at for each in await told(session, debtor)] == [DUE - DAY, DUE, DUE + 3 * DAY]
        assert await _rows(session, debtor) == [
            ("before", "sent"), ("due", "sent"), ("after", "sent"), ("after", "waiting")
        ]  # fmt: skip

    async def test_is_left_alone_in_the_end(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)

        kinds = await _kinds(session, debtor, [NOW + day * DAY for day in range(120)])

        assert len(kinds) == 2 + AFTER_MAX

    async def test_gets_one_reminder_after_a_week_without_workers(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)

        assert await _kinds(session, debtor, [DUE + WEEK] * 3) == ["reminder"]
        assert await _kinds(session, debtor, [DUE + 9 * DAY]) == ["reminder", "reminder"]

    async def test_is_told_late_where_even_the_planning_was_late(self, session: AsyncSession) -> None:
        debtor, organizer = await person(session, "Борис"), await person(session, "Анна")
        opened = await purchase(session, organizer, debtor)
        await spending(session, organizer, opened, 1000_00)
        await lock(session, organizer, opened)

        await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)
        await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)

        assert await _kinds(session, debtor, [DUE + SECOND]) == ["reminder"]

    async def test_hears_of_all_that_is_due_in_one_message(self, session: AsyncSession) -> None:
        debtor, _, first = await owing(session)
        _, _, second = await owing(session, debtor=debtor, title="Лыжи")

        assert await _kinds(session, debtor, [DUE]) == ["reminder"]
        [notification] = await told(session, debtor)
        assert set(notification.params["intent_ids"]) == {str(first.id), str(second.id)}

    async def test_is_not_reminded_of_what_is_being_paid_but_again_when_that_came_to_nothing(
        self, session: AsyncSession
    ) -> None:
        debtor, payee, intent = await owing(session)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=DUE - 2 * DAY)
        assert await _kinds(session, debtor, [DUE - DAY, DUE]) == []

        await dispute_payment(session, actor=payee, attempt_id=attempt.id, now=DUE + DAY)

        assert await _kinds(session, debtor, [DUE + 3 * DAY]) == ["reminder"]

    @pytest.mark.parametrize("end", ["written off", "unlocked"])
    async def test_is_not_reminded_of_what_is_over(self, session: AsyncSession, end: str) -> None:
        debtor, organizer, intent = await owing(session)
        if end == "written off":
            await write_off_intent(session, actor=organizer, intent_id=intent.id, now=NOW)
        else:
            await unlock_distribution(session, actor=organizer, purchase_id=intent.purchase_id, now=NOW)

        assert await _kinds(session, debtor, [DUE, DUE + WEEK]) == []
        assert await _kinds(session, organizer, [DUE + 2 * WEEK]) == []
        assert ("before", "skipped") in await _rows(session, debtor)

    async def test_is_reminded_of_the_debt_of_the_new_lock_at_its_own_time(self, session: AsyncSession) -> None:
        debtor, organizer, intent = await owing(session)
        await unlock_distribution(session, actor=organizer, purchase_id=intent.purchase_id, now=NOW)
        opened = await session.get_one(Purchase, intent.purchase_id)
        opened.due_at = DUE + WEEK
        [again] = await lock(session, organizer, opened)
        await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)

        assert await _kinds(session, debtor, [DUE - DAY, DUE]) == []
        assert await _kinds(session, debtor, [DUE + WEEK]) == ["reminder"]
        [notification] = await told(session, debtor)
        assert notification.params["intent_ids"] == [str(again.id)]

    async def test_is_not_woken_where_we_are_so_late_that_it_is_night(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        night = DUE.replace(hour=22)

        assert await _kinds(session, debtor, [night, night + 5 * timedelta(hours=1)]) == []
        assert await _kinds(session, debtor, [(night + DAY).replace(hour=6)]) == ["reminder"]


class TestWhoChoosesAnew:
    async def test_is_reminded_as_wished_from_then_on(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        await choose_reminders(session, actor=debtor, before_days=3, when_due=False, every_days=7)
        await plan_anew(session, user_id=debtor.user_id, now=NOW)

        for day in range(20):
            await send_due(session, now=NOW + day * DAY)

        assert [each.created_at for each in await told(session, debtor)] == [DUE - 3 * DAY, DUE + WEEK]

    async def test_is_reminded_of_nothing_and_then_of_what_is_still_to_come(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        await choose_reminders(session, actor=debtor, remind=False)
        await plan_anew(session, user_id=debtor.user_id, now=NOW)
        assert await _rows(session, debtor) == []

        await choose_reminders(session, actor=debtor, remind=True)
        await plan_anew(session, user_id=debtor.user_id, now=DUE - SECOND)
        await plan_anew(session, user_id=debtor.user_id, now=DUE - SECOND)

        assert await _kinds(session, debtor, [DUE]) == ["reminder"]

    async def test_is_told_of_what_is_due_this_moment_all_the_same(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        await choose_reminders(session, actor=debtor, before_days=7)
        await plan_anew(session, user_id=debtor.user_id, now=DUE - DAY)

        assert await _kinds(session, debtor, [DUE - DAY]) == ["reminder"]

    async def test_has_reminders_moved_out_of_new_quiet_hours(self, session: AsyncSession) -> None:
        debtor, organizer, _ = await owing(session)
        for actor in (debtor, organizer):
            await choose_quiet_hours(session, actor=actor, start=time(14), end=time(20))
            await plan_anew(session, user_id=actor.user_id, now=NOW)

        at = {row.user_id: row.at for row in await session.scalars(select(Reminder))}
        assert at[debtor.user_id] == (DUE - DAY).replace(hour=10)  # an hour before, in Moscow
        assert at[organizer.user_id] == (DUE + DAY).replace(hour=17)

    async def test_hears_as_an_organizer_again_what_was_switched_off(self, session: AsyncSession) -> None:
        _, organizer, _ = await owing(session)
        for remind in (False, True):
            await choose_reminders(session, actor=organizer, remind=remind)
            await plan_anew(session, user_id=organizer.user_id, now=NOW)

        assert await _kinds(session, organizer, [DUE + DAY]) == ["debts-overdue"]


class TestTheOrganizer:
    async def test_hears_once_of_a_debt_and_then_weekly_for_a_while(self, session: AsyncSession) -> None:
        _, organizer, _ = await owing(session)

        for day in range(120):
            await send_due(session, now=NOW + day * DAY)

        heard = [each.created_at for each in await told(session, organizer)]
        assert heard == [DUE + DAY + week * WEEK for week in range(OVERDUE_MAX)]

    async def test_hears_of_all_debts_at_once_so_that_there_is_one_digest_a_week(self, session: AsyncSession) -> None:
        _, organizer, first = await owing(session)
        _, _, second = await owing(session, organizer=organizer, title="Лыжи")
        second.due_at = DUE + 3 * DAY
        later = select(Reminder).where(Reminder.intent_id == second.id, Reminder.stage == "overdue")
        (await session.scalars(later)).one().at = DUE + 4 * DAY

        for day in range(30):
            await send_due(session, now=NOW + day * DAY)

        heard = [(each.created_at - DUE, len(each.params["intent_ids"])) for each in await told(session, organizer)]
        assert heard == [(DAY, 1), (4 * DAY, 2), (11 * DAY, 2), (18 * DAY, 2)]
        assert first.id != second.id

    async def test_who_owes_is_reminded_and_not_told_of_themselves(self, session: AsyncSession) -> None:
        organizer, payee = await person(session, "Анна"), await person(session, "Борис")
        opened = await purchase(session, organizer, payee)
        await spending(session, payee, opened, 1000_00)
        await lock(session, organizer, opened)
        await plan_after_lock(session, purchase_id=opened.id, lock_number=opened.lock_number)

        assert set(await _kinds(session, organizer, [NOW + day * DAY for day in range(20)])) == {"reminder"}


class TestWhoInheritsAPurchase:
    async def test_hears_of_its_debts_instead_of_who_was_erased(self, session: AsyncSession) -> None:
        _, debtor, host, heir = await inherited(session)
        await erase_person(session, user_id=host.user_id, now=NOW)
        await session.flush()
        assert await _rows(session, host) == []
        handed_over = OrganizerChanged(purchase_id=PurchaseId(new_id()), actor_id=None, user_id=heir.user_id)

        for _ in range(2):
            await plan_reminders.react(session, handed_over, EventId(new_id()))

        days = [DUE + day * DAY for day in range(-1, 9)]
        assert await _kinds(session, heir, days) == ["debts-overdue", "debts-overdue"]
        assert await told(session, host) == []
        assert await _kinds(session, debtor, []) == ["reminder"] * 4

    async def test_hears_late_of_what_was_overdue_before(self, session: AsyncSession) -> None:
        _, _, host, heir = await inherited(session)
        assert await _kinds(session, host, [DUE + DAY]) == ["debts-overdue"]
        await erase_person(session, user_id=host.user_id, now=DUE + 2 * DAY)
        await plan_for_organizer(session, user_id=heir.user_id, now=DUE + 2 * DAY)

        assert await _kinds(session, heir, [DUE + 2 * DAY]) == ["debts-overdue"]
        assert await _kinds(session, host, [DUE + 8 * DAY]) == []

    async def test_is_left_alone_if_they_wish_to_be(self, session: AsyncSession) -> None:
        _, _, host, heir = await inherited(session)
        await choose_reminders(session, actor=heir, remind=False)
        await erase_person(session, user_id=host.user_id, now=NOW)
        await plan_for_organizer(session, user_id=heir.user_id, now=NOW)

        assert await _kinds(session, heir, [DUE + DAY]) == []


class TestAnErasure:
    async def test_waits_for_who_is_telling_the_person_and_leaves_nothing_to_tell(self, db: Database) -> None:
        async with db.transaction() as session:
            _, _, host, _ = await inherited(session)

        async def erase() -> None:
            async with db.transaction() as session:
                await erase_person(session, user_id=host.user_id, now=DUE + DAY)

        async with asyncio.timeout(20), asyncio.TaskGroup() as both, db.transaction() as telling:
            held = select(Reminder).where(Reminder.user_id == host.user_id).with_for_update()
            assert (await telling.scalars(held)).all()
            both.create_task(erase())
            await until_waiting(db, 1)
            await send_due(telling, now=DUE + DAY)

        async with db.transaction() as session:
            assert {status for _, status in await _rows(session, host)} == {"sent"}


class TestSeveralWorkers:
    async def test_send_each_reminder_once(self, db: Database) -> None:
        async with db.transaction() as session:
            debtors = [(await owing(session))[0] for _ in range(8)]
            for debtor in debtors:
                await owing(session, debtor=debtor)

        async def work() -> None:
            async with db.transaction() as session:
                await send_due(session, now=DUE)

        await asyncio.gather(*(work() for _ in range(6)))

        async with db.transaction() as session:
            for debtor in debtors:
                [notification] = await told(session, debtor)
                assert len(notification.params["intent_ids"]) == 2

    async def test_lose_none_when_one_is_killed_before_its_commit(self, db: Database) -> None:
        async with db.transaction() as session:
            debtor, _, _ = await owing(session)

        with pytest.raises(KeyboardInterrupt):
            async with db.transaction() as session:
                await send_due(session, now=DUE)
                await session.flush()
                raise KeyboardInterrupt
        async with db.transaction() as session:
            assert await told(session, debtor) == []
            await send_due(session, now=DUE)
            await send_due(session, now=DUE)

        async with db.transaction() as session:
            assert len(await told(session, debtor)) == 1


async def _read(session: AsyncSession, user: Actor, language: str, now: datetime) -> list[str]:
    texts = []
    for notification in await told(session, user):
        reader = Reader(user.user_id, language, "Europe/Moscow", "bot", now)
        message = await CATALOG[notification.kind].render(session, notification.params, reader)
        texts.append("" if message is None else message.html)
    return texts


class TestTheWords:
    @pytest.mark.parametrize(
        ("after", "russian", "english"),
        [
            (-3 * DAY, "срок — через 3 дня, 8 июня, 15:00", "due in 3 days, June 8, 15:00"),
            (-DAY, "срок — завтра, 8 июня, 15:00", "due tomorrow, June 8, 15:00"),
            (-SECOND, "срок — сегодня, 8 июня, 15:00", "due today, June 8, 15:00"),
            (SECOND, "срок был сегодня, 8 июня, 15:00", "was due today, June 8, 15:00"),
            (DAY, "срок был вчера, 8 июня, 15:00", "was due yesterday, June 8, 15:00"),
            (5 * DAY, "срок был 5 дней назад, 8 июня, 15:00", "was due 5 days ago, June 8, 15:00"),
        ],
    )
    async def test_say_when_as_it_is_when_they_are_read(
        self, session: AsyncSession, after: timedelta, russian: str, english: str
    ) -> None:
        debtor, _, _ = await owing(session)
        await send_due(session, now=DUE)

        [in_russian] = await _read(session, debtor, "ru", DUE + after)
        [in_english] = await _read(session, debtor, "en", DUE + after)

        assert f"<b>500\xa0₽</b> · Анна · Шашлыки · {russian}" in in_russian
        assert f"<b>₽500</b> to Анна for Шашлыки, {english}." in in_english

    async def test_are_none_where_all_is_paid_before_they_are_sent(self, session: AsyncSession) -> None:
        debtor, organizer, intent = await owing(session)
        await send_due(session, now=DUE)
        await send_due(session, now=DUE + DAY)
        await write_off_intent(session, actor=organizer, intent_id=intent.id, now=DUE + DAY)

        assert await _read(session, debtor, "ru", DUE) == [""]
        assert await _read(session, organizer, "ru", DUE) == [""]


class TestPreferences:
    async def test_are_the_usual_ones_until_somebody_chooses(self, session: AsyncSession) -> None:
        user = await session.get_one(User, (await person(session)).user_id, populate_existing=True)

        assert (user.quiet_from, user.quiet_until) == (time(22), time(9))
        assert (user.remind, user.remind_before_days, user.remind_when_due, user.remind_every_days) == (
            True, 1, True, 3
        )  # fmt: skip
