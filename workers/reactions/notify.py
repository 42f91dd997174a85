"""An event is told to the people whom the catalog names."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.db import WAKE
from core.ids import EventId
from core.notifications.catalog import entries_about
from core.notifications.queue import notify
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Queue a notification for everybody concerned, once for each event, kind and recipient."""
    now = utc_now()
    for entry in entries_about(event):
        for recipient in await entry.recipients(session, event):
            await notify(session, event_id=event_id, kind=entry.kind, recipient=recipient, now=now)
            session.info[WAKE] = True
