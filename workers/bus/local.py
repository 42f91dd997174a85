"""The bus that needs no broker: a durable queue for each consumer, in PostgreSQL."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import EventId
from core.outbox.envelope import Envelope
from core.outbox.models import DeadLetter, QueueRow
from workers.bus.port import Handle, HandleMany
from workers.waiting import Pace, wait_for_bell

log = structlog.get_logger()
BATCH = 20
BATCH_OF_MANY = 200  # for who handles many in one transaction
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
POLL_SECONDS = 1.0  # finds what other processes published, and what is due again


class LocalBus:
    """Queues in the database; `listeners` says which consumers want which event."""

    def __init__(self, db: Database, listeners: Mapping[str, Sequence[str]]) -> None:
        self.db = db
        self.listeners = listeners
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Write one row for each listener of each event; publishing again changes nothing."""
        rows = [
            {
                "consumer": consumer,
                "event_id": envelope.event_id,
                "event_name": envelope.event_name,
                "event_version": envelope.event_version,
                "aggregate_id": envelope.aggregate_id,
                "payload": envelope.payload,
                "headers": envelope.headers,
                "created_at": envelope.created_at,
            }
            for envelope in envelopes
            for consumer in self.listeners.get(envelope.event_name, ())
        ]
        if rows:
            async with self.db.transaction() as session:
                await session.execute(insert(QueueRow).on_conflict_do_nothing(), rows)
            for consumer in {row["consumer"] for row in rows}:
                self._bells[str(consumer)].set()
        return {}

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Hand over the events of one consumer in their order, one batch after the other."""
        bell = self._bells[consumer]
        pace = Pace(busy_seconds=POLL_SECONDS)
        while not stopping.is_set():
            bell.clear()
            if await self._handle_batch(consumer, handle, handle_many):
                pace.worked()
            else:
                await wait_for_bell(bell, stopping, seconds=pace.seconds())

    async def _handle_batch(self, consumer: str, handle: Handle, handle_many: HandleMany | None) -> int:
        """Hold a batch of rows while their events are handled, so that a process that dies gives them back at once."""
        async with self.db.transaction() as session:
            rows = await self._claim(session, consumer, BATCH if handle_many is None else BATCH_OF_MANY)
            done = []
            if handle_many is not None and await _handled_together(consumer, rows, handle_many):
                done = [row.event_id for row in rows]
            for row in () if done else rows:
                try:
                    await handle(row.envelope())
                except Exception as failure:
                    known = {"event_name": row.event_name, "event_id": str(row.event_id)}
                    log.exception("event-failed", consumer=consumer, **known)
                    await _put_back(session, row, f"{type(failure).__name__}: {failure}")
                else:
                    done.append(row.event_id)
            gone = (QueueRow.consumer == consumer) & QueueRow.event_id.in_(done)
            await session.execute(delete(QueueRow).where(gone))
            return len(rows)

    async def _claim(self, session: AsyncSession, consumer: str, limit: int) -> list[QueueRow]:
        due = or_(QueueRow.not_before.is_(None), QueueRow.not_before <= func.now())
        waiting = select(QueueRow).where(QueueRow.consumer == consumer, due).order_by(QueueRow.id).limit(limit)
        return list(await session.scalars(waiting.with_for_update(skip_locked=True)))


async def _handled_together(consumer: str, rows: Sequence[QueueRow], handle_many: HandleMany) -> bool:
    # What failed before is handled alone, so that it does not spoil its neighbours again and again.
    if len(rows) < 2 or any(row.attempts for row in rows):  # noqa: PLR2004 -- one is no batch
        return False
    try:
        await handle_many([row.envelope() for row in rows])
    except Exception:
        log.exception("batch-failed", consumer=consumer, events=len(rows))
        return False
    return True


async def _put_back(session: AsyncSession, row: QueueRow, error: str) -> None:
    attempts = row.attempts + 1
    this = (QueueRow.consumer == row.consumer) & (QueueRow.event_id == row.event_id)
    if attempts <= len(RETRY_AFTER):
        later = {"attempts": attempts, "last_error": error, "not_before": func.now() + RETRY_AFTER[attempts - 1]}
        await session.execute(update(QueueRow).where(this).values(later))
        return
    letter = insert(DeadLetter).values(consumer=row.consumer, attempts=attempts, error=error, **row.content())
    await session.execute(letter.on_conflict_do_nothing())
    await session.execute(delete(QueueRow).where(this))
