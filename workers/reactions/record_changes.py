"""Something changed that people may be looking at: it is written down for whoever pushes it to them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import EventId
from core.live.record_changes import record_changes
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Write down what an event changed, for everybody who may see it."""
    await record_changes(session, [(event, event_id)])


async def react_to_many(session: AsyncSession, events: Sequence[tuple[Event, EventId]]) -> None:
    """Write down what these events changed."""
    await record_changes(session, events)
