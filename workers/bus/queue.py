"""The queue in the database: what the local bus could not hand over, and on either bus what an operator sends again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.outbox.envelope import Envelope
from core.outbox.models import DeadLetter, QueueRow
from workers.bus.handling import handle_all
from workers.bus.port import Handle, HandleMany, RetryAfter

BATCH = 50


async def put(db: Database, rows: Sequence[dict[str, Any]], *, retry_after: RetryAfter) -> None:
    """Queue events for consumers; one that is queued already stays as it is. What was tried waits for its next try."""
    async with db.transaction() as session:
        await session.execute(insert(QueueRow).on_conflict_do_nothing(), rows)
        failed = (QueueRow.attempts == 1) & QueueRow.event_id.in_([row["event_id"] for row in rows])
        later = {"not_before": func.now() + retry_after[0]}
        await session.execute(update(QueueRow).where(failed, QueueRow.not_before.is_(None)).values(later))


def row_of(consumer: str, envelope: Envelope, error: str) -> dict[str, Any]:
    """Return the queue row of an event; with an error it has been tried once."""
    return {
        "consumer": consumer,
        "event_id": envelope.event_id,
        "event_name": envelope.event_name,
        "event_version": envelope.event_version,
        "aggregate_id": envelope.aggregate_id,
        "payload": envelope.payload,
        "headers": envelope.headers,
        "created_at": envelope.created_at,
        "attempts": 1 if error else 0,
        "last_error": error or None,
    }


async def handle_queued(
    db: Database, consumer: str, handle: Handle, handle_many: HandleMany | None, *, retry_after: RetryAfter
) -> int:
    """Handle the next events that are due for a consumer, and return how many there were.

    Their rows are held meanwhile, so that a process that dies gives them back at once.
    """
    async with db.transaction() as session:
        rows = {row.event_id: row for row in await _claim(session, consumer)}
        if not rows:
            return 0
        # What failed before is handled alone, so that it does not spoil its neighbours again and again.
        many = None if any(row.attempts for row in rows.values()) else handle_many
        failures = await handle_all(consumer, [row.envelope() for row in rows.values()], handle, many)
        for event_id, error in failures.items():
            await _put_back(session, rows[event_id], error, retry_after)
        done = (QueueRow.consumer == consumer) & QueueRow.event_id.in_(rows.keys() - failures.keys())
        await session.execute(delete(QueueRow).where(done))
        return len(rows)


async def _claim(session: AsyncSession, consumer: str) -> list[QueueRow]:
    due = or_(QueueRow.not_before.is_(None), QueueRow.not_before <= func.now())
    waiting = select(QueueRow).where(QueueRow.consumer == consumer, due).order_by(QueueRow.id).limit(BATCH)
    return list(await session.scalars(waiting.with_for_update(skip_locked=True)))


async def _put_back(session: AsyncSession, row: QueueRow, error: str, retry_after: RetryAfter) -> None:
    attempts = row.attempts + 1
    this = (QueueRow.consumer == row.consumer) & (QueueRow.event_id == row.event_id)
    if attempts <= len(retry_after):
        later = {"attempts": attempts, "last_error": error, "not_before": func.now() + retry_after[attempts - 1]}
        await session.execute(update(QueueRow).where(this).values(later))
        return
    letter = insert(DeadLetter).values(consumer=row.consumer, attempts=attempts, error=error, **row.content())
    await session.execute(letter.on_conflict_do_nothing())
    await session.execute(delete(QueueRow).where(this))
