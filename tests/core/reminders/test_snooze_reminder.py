"""A reminder that the payer wants to have later."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor
from core.ids import EventId
from core.payments.claim_paid import claim_paid
from core.reminders.due import send_due
from core.reminders.models import Reminder, ReminderStatus
from core.reminders.snooze_reminder import NothingToRemind, ReminderNotFound, Snooze, snooze_reminder
from core.settlement.write_off_intent import write_off_intent
from tests.builders import WEEK
from tests.core.reminders.test_due import DAY, DUE, SECOND, owing, told

HOUR = timedelta(hours=1)


async def _reminded(session: AsyncSession, debtor: Actor) -> EventId:
    await send_due(session, now=DUE)
    return (await told(session, debtor))[-1].event_id


class TestASnooze:
    @pytest.mark.parametrize(("snooze", "later"), [("hour", HOUR), ("day", DAY), ("days", 3 * DAY)])
    async def test_brings_the_reminder_again_and_then_it_goes_on_as_before(
        self, session: AsyncSession, snooze: str, later: timedelta
    ) -> None:
        debtor, _, _ = await owing(session)
        reminder_id = await _reminded(session, debtor)
        wanted = Snooze(f"snooze_{snooze}")

        at = await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=wanted, now=DUE)

        assert at == DUE + later
        for now in (at - SECOND, at, DUE + 6 * DAY):
            await send_due(session, now=now)
        assert [each.created_at for each in await told(session, debtor)] == [DUE, at, DUE + 6 * DAY]

    async def test_at_night_ends_in_the_morning(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        reminder_id = await _reminded(session, debtor)
        evening = DUE + 6 * HOUR  # nine in Moscow

        at = await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.HOUR, now=evening)

        assert at == (DUE + DAY).replace(hour=6)

    async def test_pressed_twice_or_at_once_is_one_reminder(self, db: Database) -> None:
        async with db.transaction() as session:
            debtor, _, _ = await owing(session)
            reminder_id = await _reminded(session, debtor)
            await send_due(session, now=DUE + 15 * DAY)  # of what was planned, all but this one time is over
            await session.execute(delete(Reminder).where(Reminder.status == ReminderStatus.WAITING))

        async def press() -> None:
            async with db.transaction() as session:
                await snooze_reminder(
                    session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.HOUR, now=DUE + 15 * DAY
                )

        await asyncio.gather(*(press() for _ in range(4)))

        async with db.transaction() as session:
            waiting = select(Reminder).where(Reminder.status == ReminderStatus.WAITING)
            [row] = await session.scalars(waiting)
            assert (row.stage, row.at) == ("snoozed", DUE + 15 * DAY + HOUR)

    async def test_holds_for_every_debt_of_the_message(self, session: AsyncSession) -> None:
        debtor, _, _ = await owing(session)
        await owing(session, debtor=debtor, title="Лыжи")
        reminder_id = await _reminded(session, debtor)

        at = await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.DAY, now=DUE)
        await send_due(session, now=at)

        assert [len(each.params["intent_ids"]) for each in await told(session, debtor)] == [2, 2]

    async def test_ends_where_the_debt_is_paid_meanwhile(self, session: AsyncSession) -> None:
        debtor, payee, intent = await owing(session)
        reminder_id = await _reminded(session, debtor)
        at = await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.HOUR, now=DUE)
        await write_off_intent(session, actor=payee, intent_id=intent.id, now=DUE)

        await send_due(session, now=at)

        assert len(await told(session, debtor)) == 1

    async def test_is_refused_where_nothing_is_left_to_remind_of(self, session: AsyncSession) -> None:
        debtor, _, intent = await owing(session)
        reminder_id = await _reminded(session, debtor)
        await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=DUE)

        with pytest.raises(NothingToRemind):
            await snooze_reminder(session, actor=debtor, reminder_id=reminder_id, snooze=Snooze.DAY, now=DUE)

    async def test_of_anothers_reminder_or_of_word_to_the_organizer_does_not_exist(self, session: AsyncSession) -> None:
        debtor, organizer, _ = await owing(session)
        reminder_id = await _reminded(session, debtor)
        await send_due(session, now=DUE + DAY)
        overdue_id = (await told(session, organizer))[-1].event_id

        for someone, wanted in ((organizer, reminder_id), (organizer, overdue_id)):
            with pytest.raises(ReminderNotFound):
                await snooze_reminder(session, actor=someone, reminder_id=wanted, snooze=Snooze.DAY, now=DUE)
