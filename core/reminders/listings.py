"""Read the reminders of everybody, for operators."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.ids import IntentId, UserId
from core.reminders.models import Reminder
from core.settlement.models import Intent


class Listed(NamedTuple):
    """A reminder with who is told, and the debt."""

    reminder: Reminder
    person: User
    intent: Intent


async def find_reminders(
    session: AsyncSession,
    *,
    user_id: UserId | None = None,
    intent_id: IntentId | None = None,
    status: str | None = None,
    limit: int,
) -> list[Listed]:
    """Return reminders, the latest first: what waits stands before what was sent."""
    found = select(Reminder, User, Intent).join(User, User.id == Reminder.user_id)
    found = found.join(Intent, Intent.id == Reminder.intent_id)
    if user_id is not None:
        found = found.where(Reminder.user_id == user_id)
    if intent_id is not None:
        found = found.where(Reminder.intent_id == intent_id)
    if status is not None:
        found = found.where(Reminder.status == status)
    rows = await session.execute(found.order_by(Reminder.at.desc(), Reminder.intent_id, Reminder.number).limit(limit))
    return [Listed(*row) for row in rows]
