"""Debts came into being, are somebody else's to watch, or are to be told at other times: the reminders are planned."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.identity.events import PreferencesChosen
from core.ids import EventId
from core.outbox.event import Event
from core.purchases.events import DistributionLocked, OrganizerChanged
from core.reminders.plan import plan_after_lock, plan_anew, plan_for_organizer


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Plan the next reminder of each debt concerned."""
    if isinstance(event, PreferencesChosen):
        await plan_anew(session, user_id=event.user_id, now=utc_now())
        return
    if isinstance(event, OrganizerChanged):
        await plan_for_organizer(session, user_id=event.user_id, now=utc_now())
        return
    assert isinstance(event, DistributionLocked), event_id
    await plan_after_lock(session, purchase_id=event.purchase_id, lock_number=event.lock_number)
