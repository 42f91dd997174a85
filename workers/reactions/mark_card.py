"""Something changed that the card of a purchase shows: the card is to catch up."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.ids import EventId
from core.notifications.card_upkeep import mark_stale
from core.outbox.event import Event
from core.purchases.events import PurchaseEvent


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Say which version the card is to show, and wake who keeps it."""
    await react_to_many(session, [(event, event_id)])


async def react_to_many(session: AsyncSession, events: Sequence[tuple[Event, EventId]]) -> None:
    """Say which versions the cards are to show, once for each, and wake who keeps them."""
    changed = {event.purchase_id for event, _ in events if isinstance(event, PurchaseEvent)}
    # In one order, so that two who mark the same cards wait for each other and nobody for ever.
    for purchase_id in sorted(changed):
        await mark_stale(session, purchase_id)
    session.info[WAKE] = True
