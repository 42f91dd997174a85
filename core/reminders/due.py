"""Tell people what is due: each reminder once, and all of one person at a moment in one message."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.identity.models import User
from core.ids import EventId, IntentId, UserId, new_id, shorten
from core.notifications.queue import Recipient, notify
from core.notifications.quiet_hours import next_allowed
from core.reminders.models import Reminder, ReminderStatus
from core.reminders.plan import Plan, plan, wishes_of
from core.reminders.schedule import OVERDUE_MAX, Stage, Wishes, next_digest, next_moment
from core.settlement.models import OPEN, PAYABLE, Intent

PEOPLE_MAX = 100  # in one transaction

Rows = Sequence[Reminder]
Intents = dict[IntentId, Intent]


async def send_due(session: AsyncSession, *, now: datetime) -> int:
    """Queue what is due for up to a hundred people, plan what comes next, and return how many people were looked at.

    A reminder is sent in the transaction that says so in its row, so whoever comes second finds nothing.
    """
    is_due = (Reminder.status == ReminderStatus.WAITING) & (Reminder.at <= now)
    longest = select(Reminder.user_id).where(is_due).group_by(Reminder.user_id).order_by(func.min(Reminder.at))
    people = (await session.scalars(longest.limit(PEOPLE_MAX))).all()
    # In one order, so that two who do this at once cannot wait for each other.
    for user_id in sorted(people):
        await _tell(session, user_id, now)
    return len(people)


async def _tell(session: AsyncSession, user_id: UserId, now: datetime) -> None:
    rows = await _held(session, user_id, now)
    if not rows:
        return  # somebody else was quicker
    user = await session.get_one(User, user_id, populate_existing=True)
    wishes = wishes_of(user)
    if wishes.quiet.cover(now):  # we are late, so late that it has to wait for the morning
        for row in rows:
            row.at = next_allowed(now, wishes.quiet)
        return
    wanted = select(Intent).where(Intent.id.in_([row.intent_id for row in rows]))
    intents = {intent.id: intent for intent in await session.scalars(wanted.execution_options(populate_existing=True))}
    as_payer = [row for row in rows if row.stage != Stage.OVERDUE]
    as_organizer = [row for row in rows if row.stage == Stage.OVERDUE]
    await _send(session, "reminder", user_id, as_payer, intents, now)
    await _send(session, "debts-overdue", user_id, as_organizer, intents, now)
    await session.flush()
    await plan(session, _next(as_payer, as_organizer, intents, wishes, now))


async def _held(session: AsyncSession, user_id: UserId, now: datetime) -> Rows:
    """Return what is due for a person; an organiser who hears of one debt hears of all they were told of before."""
    waiting = (Reminder.user_id == user_id) & (Reminder.status == ReminderStatus.WAITING)
    found = select(Reminder).where(waiting).order_by(Reminder.intent_id, Reminder.number).with_for_update()
    rows = (await session.scalars(found.execution_options(populate_existing=True))).all()
    is_told_overdue = any(row.stage == Stage.OVERDUE and row.at <= now for row in rows)
    return [row for row in rows if row.at <= now or (is_told_overdue and row.stage == Stage.OVERDUE and row.number > 1)]


async def _send(session: AsyncSession, kind: str, user_id: UserId, rows: Rows, intents: Intents, now: datetime) -> None:
    """Queue one message about those of the debts that can be paid: not the ones that are being paid, or are settled."""
    event_id = EventId(new_id())
    told = [row for row in rows if intents[row.intent_id].status in PAYABLE]
    for row in rows:
        row.finished_at = now
        row.status, row.event_id = (ReminderStatus.SENT, event_id) if row in told else (ReminderStatus.SKIPPED, None)
    if not told:
        return
    params = {
        "reminder_id": str(event_id),
        "intent_ids": [str(row.intent_id) for row in told],
        "purchase_id": str(intents[told[0].intent_id].purchase_id),
        "start": f"debt_{shorten(told[0].intent_id)}" if len(told) == 1 and kind == "reminder" else "debts",
    }
    await notify(session, event_id=event_id, kind=kind, recipient=Recipient(user_id=user_id, params=params), now=now)
    session.info[WAKE] = True


def _next(as_payer: Rows, as_organizer: Rows, intents: Intents, wishes: Wishes, now: datetime) -> list[Plan]:
    """Return what comes next of each debt that is still open: later than now, so nothing that was missed piles up."""
    plans: list[Plan] = []
    for row in as_payer:
        intent = intents[row.intent_id]
        moment = next_moment(intent.due_at, wishes, after=now)
        if intent.status in OPEN and moment is not None:
            plans.append((intent.id, row.user_id, moment))
    plans += [
        (row.intent_id, row.user_id, next_digest(now, wishes.quiet))
        for row in as_organizer
        if intents[row.intent_id].status in OPEN and row.number < OVERDUE_MAX
    ]
    return plans
