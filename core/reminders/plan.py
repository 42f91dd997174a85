"""Plan the next reminder of each debt: after a lock, and anew for who chooses other times or becomes the organiser."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.ids import IntentId, PurchaseId, UserId
from core.notifications.quiet_hours import QuietHours, next_allowed
from core.purchases.models import Purchase
from core.reminders.models import Reminder, ReminderStatus
from core.reminders.schedule import OVERDUE_MAX, Moment, Stage, Wishes, first_overdue, next_digest, next_moment
from core.settlement.models import OPEN, Intent

Plan = tuple[IntentId, UserId, Moment]


def wishes_of(user: User) -> Wishes:
    """Return when a person wants to be reminded."""
    quiet = QuietHours(user.quiet_from, user.quiet_until, user.time_zone)
    return Wishes(user.remind_before_days, user.remind_when_due, user.remind_every_days, quiet)


async def plan_after_lock(session: AsyncSession, *, purchase_id: PurchaseId, lock_number: int) -> None:
    """Plan the first reminder of each debt of a lock, and the first word to the organiser; again changes nothing."""
    purchase = await session.get_one(Purchase, purchase_id)
    of_lock = (Intent.purchase_id == purchase_id) & (Intent.lock_number == lock_number)
    intents = list(await session.scalars(select(Intent).where(of_lock).order_by(Intent.id)))
    wanted = {purchase.owner_id, *(intent.payer_id for intent in intents)}
    users = {user.id: user for user in await session.scalars(select(User).where(User.id.in_(wanted)))}
    organizer = users[purchase.owner_id]
    plans: list[Plan] = []
    for intent in intents:
        payer = users[intent.payer_id]
        # From the lock on, not from now: what fell due while nobody planned is told late, and once.
        moment = next_moment(intent.due_at, wishes_of(payer), after=intent.created_at) if payer.remind else None
        if moment is not None:
            plans.append((intent.id, payer.id, moment))
        if organizer.remind and organizer.id != payer.id:
            plans.append((intent.id, organizer.id, first_overdue(intent.due_at, wishes_of(organizer).quiet)))
    await plan(session, plans)


async def plan_anew(session: AsyncSession, *, user_id: UserId, now: datetime) -> None:
    """Move what waits to be told to a person as they wish it now; what is due this very moment stays, snoozes too."""
    user = await session.get_one(User, user_id, populate_existing=True)
    wishes = wishes_of(user)
    waiting = select(Reminder).where(Reminder.user_id == user_id, Reminder.status == ReminderStatus.WAITING)
    rows = (await session.scalars(waiting.order_by(Reminder.intent_id).with_for_update())).all()
    for row in rows:
        if not user.remind:
            await session.delete(row)
        elif row.at > now and row.stage in {Stage.OVERDUE, Stage.SNOOZED}:
            row.at = next_allowed(row.at, wishes.quiet)
        elif row.at > now:
            await session.delete(row)  # and planned below, if it is wished at all
    await session.flush()
    if user.remind:
        plans = await _payers_plans(session, user_id, wishes, now) + await _organizers_plans(session, user, wishes, now)
        await plan(session, plans)


async def plan_for_organizer(session: AsyncSession, *, user_id: UserId, now: datetime) -> None:
    """Plan the word to a person of the debts in what they organise, also since lately; again changes nothing."""
    user = await session.get_one(User, user_id, populate_existing=True)
    if user.remind:
        await plan(session, await _organizers_plans(session, user, wishes_of(user), now))


async def plan(session: AsyncSession, plans: Sequence[Plan]) -> None:
    """Let reminders wait, as the next of their debt and person; who has one that waits keeps it."""
    last = await _last_numbers(session, {intent_id for intent_id, _, _ in plans})
    rows = [
        {
            "intent_id": intent_id,
            "user_id": user_id,
            "number": last.get((intent_id, user_id), 0) + 1,
            "stage": moment.stage,
            "at": moment.at,
        }
        for intent_id, user_id, moment in plans
    ]
    if rows:
        await session.execute(insert(Reminder).on_conflict_do_nothing(), rows)


async def _payers_plans(session: AsyncSession, user_id: UserId, wishes: Wishes, now: datetime) -> list[Plan]:
    owed = select(Intent).where(Intent.payer_id == user_id, Intent.status.in_(OPEN)).order_by(Intent.id)
    found = [(intent, next_moment(intent.due_at, wishes, after=now)) for intent in await session.scalars(owed)]
    return [(intent.id, user_id, moment) for intent, moment in found if moment is not None]


async def _organizers_plans(session: AsyncSession, user: User, wishes: Wishes, now: datetime) -> list[Plan]:
    """Return the word of debts in the person's purchases, for those of which none waits.

    It was switched off, or somebody else organised them.
    """
    own = select(Intent).join(Purchase, Purchase.id == Intent.purchase_id).where(Purchase.owner_id == user.id)
    debts = (await session.scalars(own.where(Intent.payer_id != user.id, Intent.status.in_(OPEN)))).all()
    told = await _last_numbers(session, {debt.id for debt in debts})
    plans = []
    for debt in debts:
        count = told.get((debt.id, user.id), 0)
        moment = next_digest(now, wishes.quiet) if count else first_overdue(debt.due_at, wishes.quiet)
        if count < OVERDUE_MAX:
            plans.append((debt.id, user.id, moment))
    return plans


async def _last_numbers(session: AsyncSession, intent_ids: Collection[IntentId]) -> dict[tuple[IntentId, UserId], int]:
    if not intent_ids:
        return {}
    found = select(Reminder.intent_id, Reminder.user_id, func.max(Reminder.number))
    rows = await session.execute(
        found.where(Reminder.intent_id.in_(intent_ids)).group_by(Reminder.intent_id, Reminder.user_id)
    )
    return {(intent_id, user_id): number for intent_id, user_id, number in rows}
