"""Write an event into the outbox of the running transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.ids import EventId, new_id
from core.outbox.event import Event
from core.outbox.models import PARTITIONS, OutboxRow
from core.telemetry.trail import carried


def emit(session: AsyncSession, event: Event) -> EventId:
    """Add `event` to the outbox, to be published if and only if this transaction commits.

    Hold the lock of the aggregate's row before you emit: that is what keeps the order of its events.
    """
    event_id = EventId(new_id())
    session.add(
        OutboxRow(
            event_id=event_id,
            event_name=event.name,
            event_version=event.version,
            aggregate_id=event.aggregate_id,
            partition_no=event.aggregate_id.int % PARTITIONS,
            payload=event.model_dump(mode="json"),
            headers=carried(event.aggregate_id),
        )
    )
    session.info[WAKE] = True
    return event_id
