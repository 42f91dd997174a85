"""The payer wants to be reminded of one debt on another day."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.actor import Actor
from core.identity.preferences import DAYS_MAX
from core.ids import IntentId
from core.reminders.snooze_reminder import NothingToRemind, postpone
from core.settlement.models import PAYABLE
from core.settlement.queries import IntentNotFound, locked_intent


class WrongSnooze(Invalid):
    """A debt is put off for a day at least, and for a month at most."""


async def snooze_intent(
    session: AsyncSession, *, actor: Actor, intent_id: IntentId, days: int, now: datetime
) -> datetime:
    """Remind the actor of a debt in so many days instead of what was planned, and return when.

    :raises IntentNotFound: if the actor does not owe it.
    :raises NothingToRemind: if it is settled, canceled or being paid.
    :raises WrongSnooze: if it is less than a day or more than a month.
    """
    if not 1 <= days <= DAYS_MAX:
        raise WrongSnooze(max=DAYS_MAX)
    _, intent = await locked_intent(session, actor=actor, intent_id=intent_id)
    if intent.payer_id != actor.user_id:
        raise IntentNotFound
    if intent.status not in PAYABLE:
        raise NothingToRemind
    return await postpone(session, actor=actor, intent_ids=[intent.id], days=days, now=now)
