"""Something changed that the card of a purchase shows: the card is to catch up."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.ids import EventId
from core.notifications.card_upkeep import mark_stale
from core.outbox.event import Event
from core.purchases.events import PurchaseEvent


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Say which version the card is to show, and wake who keeps it."""
    assert isinstance(event, PurchaseEvent), event_id
    await mark_stale(session, event.purchase_id)
    session.info[WAKE] = True
