"""What waits to be published or handled, for operators: since when, why, and what it holds back."""

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.errors import NotFound
from core.ids import EventId
from core.outbox.models import DeadLetter, OutboxRow, QueueRow


class NotQueued(NotFound):
    """The event does not wait for this consumer: it was handled meanwhile, or died."""


async def find_unpublished(session: AsyncSession, *, limit: int) -> list[tuple[OutboxRow, bool]]:
    """Return the events that wait to be published, the oldest first, and whether one that failed holds them back.

    An event that failed holds back what comes after it in its partition, or the order would be lost.
    """
    failing = select(OutboxRow.partition_no).where(OutboxRow.not_before > func.now())
    found = select(OutboxRow, OutboxRow.partition_no.in_(failing)).order_by(OutboxRow.id).limit(limit)
    return [(row, is_held) for row, is_held in await session.execute(found)]


async def find_queued(
    session: AsyncSession, *, consumer: str | None = None, event_id: EventId | None = None, limit: int | None = None
) -> list[QueueRow]:
    """Return the events that wait in the database for a consumer or for all of them, the oldest first."""
    found = select(QueueRow).order_by(QueueRow.created_at, QueueRow.id).limit(limit)
    if consumer is not None:
        found = found.where(QueueRow.consumer == consumer)
    if event_id is not None:
        found = found.where(QueueRow.event_id == event_id)
    return list(await session.scalars(found))


async def try_queued_now(session: AsyncSession, *, consumer: str, event_id: EventId) -> QueueRow:
    """Let a consumer try an event at once that waits for its next try.

    :raises NotQueued: if it does not wait.
    """
    due = update(QueueRow).where(_this(consumer, event_id)).values(not_before=None).returning(QueueRow)
    row = await session.scalar(due.execution_options(populate_existing=True))
    if row is None:
        raise NotQueued
    session.info[WAKE] = True
    return row


async def bury_queued(session: AsyncSession, *, consumer: str, event_id: EventId) -> DeadLetter:
    """Put an event among the dead letters without further tries, such as one whose consumer exists no more.

    :raises NotQueued: if it does not wait.
    """
    row = await session.scalar(select(QueueRow).where(_this(consumer, event_id)).with_for_update())
    if row is None:
        raise NotQueued
    error = row.last_error or "an operator took it out of the queue"
    letter = insert(DeadLetter).values(consumer=consumer, attempts=row.attempts, error=error, **row.content())
    await session.execute(letter.on_conflict_do_nothing())
    await session.delete(row)
    return await session.get_one(DeadLetter, (consumer, event_id))


def _this(consumer: str, event_id: EventId) -> ColumnElement[bool]:
    return (QueueRow.consumer == consumer) & (QueueRow.event_id == event_id)
