"""The payer wants to be reminded later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.actor import Actor
from core.identity.models import User
from core.ids import EventId, IntentId
from core.notifications.quiet_hours import add_days, next_allowed
from core.reminders.models import Reminder, ReminderStatus
from core.reminders.plan import plan, wishes_of
from core.reminders.schedule import Moment, Stage
from core.settlement.models import PAYABLE, Intent


class Snooze(StrEnum):
    """How much later."""

    HOUR = "snooze_hour"
    DAY = "snooze_day"
    DAYS = "snooze_days"


DAYS = {Snooze.DAY: 1, Snooze.DAYS: 3}


class ReminderNotFound(NotFound):
    """There is no such reminder, or it was for somebody else."""


class NothingToRemind(Conflict):
    """None of the reminder's debts is waiting to be paid any more."""


async def snooze_reminder(
    session: AsyncSession, *, actor: Actor, reminder_id: EventId, snooze: Snooze, now: datetime
) -> datetime:
    """Remind the actor of the debts of a reminder at another time instead of what was planned, and return when.

    The time is moved out of quiet hours. Twice is the same as once: the later word counts.

    :raises ReminderNotFound: if the actor got no such reminder of own debts.
    :raises NothingToRemind: if all of them are settled, canceled or being paid.
    """
    sent_in = (Reminder.event_id == reminder_id) & (Reminder.user_id == actor.user_id)
    sent = select(Reminder.intent_id).where(sent_in, Reminder.stage != Stage.OVERDUE)
    intent_ids = (await session.scalars(sent)).all()
    if not intent_ids:
        raise ReminderNotFound
    payable = select(Intent.id).where(Intent.id.in_(intent_ids), Intent.status.in_(PAYABLE)).order_by(Intent.id)
    open_ids = (await session.scalars(payable)).all()
    if not open_ids:
        raise NothingToRemind
    return await postpone(session, actor=actor, intent_ids=open_ids, days=DAYS.get(snooze), now=now)


async def postpone(
    session: AsyncSession, *, actor: Actor, intent_ids: Sequence[IntentId], days: int | None, now: datetime
) -> datetime:
    """Remind the actor of payable debts of theirs in so many days, or in an hour, and return when."""
    quiet = wishes_of(await session.get_one(User, actor.user_id)).quiet
    later = now + timedelta(hours=1) if days is None else add_days(now, days, quiet.zone)
    moment = Moment(Stage.SNOOZED, next_allowed(later, quiet))
    mine = (Reminder.user_id == actor.user_id) & Reminder.intent_id.in_(intent_ids)
    waiting = select(Reminder).where(mine, Reminder.status == ReminderStatus.WAITING)
    for row in await session.scalars(waiting.order_by(Reminder.intent_id).with_for_update()):
        row.stage, row.at = moment.stage, moment.at
    await session.flush()
    await plan(session, [(intent_id, actor.user_id, moment) for intent_id in intent_ids])
    return moment.at
