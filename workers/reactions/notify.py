"""Events are told to the people whom the catalog names."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.db import WAKE
from core.ids import EventId
from core.notifications.catalog import entries_about
from core.notifications.queue import notify_all
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Queue a notification for everybody concerned, once for each event, kind and recipient."""
    await react_to_many(session, [(event, event_id)])


async def react_to_many(session: AsyncSession, events: Sequence[tuple[Event, EventId]]) -> None:
    """Queue notifications for everybody concerned by these events."""
    wanted = [
        (event_id, entry.kind, recipient)
        for event, event_id in events
        for entry in entries_about(event)
        for recipient in await entry.recipients(session, event)
    ]
    if wanted:
        await notify_all(session, wanted, now=utc_now())
        session.info[WAKE] = True
