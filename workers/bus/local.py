"""The bus that needs no broker: straight to the consumers of this process, and a durable queue for the rest."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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
BATCH = 50
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
POLL_SECONDS = 1.0  # finds what other processes queued, and what is due again
PATIENCE_SECONDS = 10.0  # with a consumer of this process, before its events are queued for later


@dataclass(frozen=True, slots=True)
class Handing:
    """Events that the relay hands to a consumer, and what went wrong with those that it could not handle."""

    envelopes: Sequence[Envelope]
    failures: asyncio.Future[dict[EventId, str]]


class LocalBus:
    """Hands events over to the consumers of this process; `listeners` says which consumers want which event.

    Until an event is handled it stays in the outbox, so a process that dies loses none. What fails, and what is for a
    consumer that runs elsewhere, goes to a queue in the database.
    """

    def __init__(self, db: Database, listeners: Mapping[str, Sequence[str]]) -> None:
        self.db = db
        self.listeners = listeners
        self._desks: defaultdict[str, asyncio.Queue[Handing]] = defaultdict(asyncio.Queue)
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._serving: Counter[str] = Counter()
        self._queued: set[str] = set()  # consumers for whom this process has queued something

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Return when every event is handled by each of its listeners, or queued for it; again changes nothing."""
        wanted: defaultdict[str, list[Envelope]] = defaultdict(list)
        for envelope in envelopes:
            for consumer in self.listeners.get(envelope.event_name, ()):
                wanted[consumer].append(envelope)
        outcomes = await asyncio.gather(*(self._hand_over(consumer, some) for consumer, some in wanted.items()))
        rows = [row for some in outcomes for row in some]
        if rows:
            async with self.db.transaction() as session:
                await session.execute(insert(QueueRow).on_conflict_do_nothing(), rows)
                failed = (QueueRow.attempts == 1) & QueueRow.event_id.in_([row["event_id"] for row in rows])
                later = {"not_before": func.now() + RETRY_AFTER[0]}
                await session.execute(update(QueueRow).where(failed, QueueRow.not_before.is_(None)).values(later))
            for consumer in {row["consumer"] for row in rows}:
                self._queued.add(consumer)
                self._bells[consumer].set()
        return {}

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Handle what is handed over and what is queued for one consumer, in the order of each aggregate's events."""
        bell, desk, pace = self._bells[consumer], self._desks[consumer], Pace(busy_seconds=POLL_SECONDS)
        self._serving[consumer] += 1
        self._queued.add(consumer)
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        try:
            while not stopping.is_set():
                bell.clear()
                if not desk.empty():
                    await _take(consumer, desk.get_nowait(), handle, handle_many)
                    pace.worked()
                elif consumer not in self._queued and loop.time() < look_at:
                    await wait_for_bell(bell, stopping, seconds=look_at - loop.time())
                    continue
                if consumer in self._queued or loop.time() >= look_at:
                    # Put away before the look, so that what is queued during it is looked for again.
                    self._queued.discard(consumer)
                    if await self._handle_queued(consumer, handle, handle_many):
                        self._queued.add(consumer)
                        pace.worked()
                    look_at = loop.time() + pace.seconds()
        finally:
            self._serving[consumer] -= 1
            while not self._serving[consumer] and not desk.empty():
                handing = desk.get_nowait()
                _answer(handing, dict.fromkeys((envelope.event_id for envelope in handing.envelopes), ""))

    async def _hand_over(self, consumer: str, envelopes: Sequence[Envelope]) -> list[dict[str, Any]]:
        """Let a consumer of this process handle events, and return the queue rows of those that it did not."""
        if not self._serving[consumer]:
            return [_row(consumer, envelope, "") for envelope in envelopes]
        handing = Handing(envelopes, asyncio.get_running_loop().create_future())
        self._desks[consumer].put_nowait(handing)
        self._bells[consumer].set()
        try:
            failures = await asyncio.wait_for(asyncio.shield(handing.failures), PATIENCE_SECONDS)
        except TimeoutError:
            # It may still be handled: the consumer's inbox makes the second time nothing.
            failures = dict.fromkeys((envelope.event_id for envelope in envelopes), "")
        by_id = {envelope.event_id: envelope for envelope in envelopes}
        return [_row(consumer, by_id[event_id], error) for event_id, error in failures.items()]

    async def _handle_queued(self, consumer: str, handle: Handle, handle_many: HandleMany | None) -> int:
        """Hold a batch of rows while their events are handled, so that a process that dies gives them back at once."""
        async with self.db.transaction() as session:
            rows = {row.event_id: row for row in await self._claim(session, consumer)}
            if not rows:
                return 0
            # What failed before is handled alone, so that it does not spoil its neighbours again and again.
            many = None if any(row.attempts for row in rows.values()) else handle_many
            failures = await _handle_all(consumer, [row.envelope() for row in rows.values()], handle, many)
            for event_id, error in failures.items():
                await _put_back(session, rows[event_id], error)
            done = (QueueRow.consumer == consumer) & QueueRow.event_id.in_(rows.keys() - failures.keys())
            await session.execute(delete(QueueRow).where(done))
            return len(rows)

    async def _claim(self, session: AsyncSession, consumer: str) -> list[QueueRow]:
        due = or_(QueueRow.not_before.is_(None), QueueRow.not_before <= func.now())
        waiting = select(QueueRow).where(QueueRow.consumer == consumer, due).order_by(QueueRow.id).limit(BATCH)
        return list(await session.scalars(waiting.with_for_update(skip_locked=True)))


async def _take(consumer: str, handing: Handing, handle: Handle, handle_many: HandleMany | None) -> None:
    failures = dict.fromkeys((envelope.event_id for envelope in handing.envelopes), "")
    try:
        failures = await _handle_all(consumer, handing.envelopes, handle, handle_many)
    finally:  # a consumer that dies in the middle leaves all of them to the queue
        _answer(handing, failures)


def _answer(handing: Handing, failures: dict[EventId, str]) -> None:
    if not handing.failures.done():
        handing.failures.set_result(failures)


async def _handle_all(
    consumer: str, envelopes: Sequence[Envelope], handle: Handle, handle_many: HandleMany | None
) -> dict[EventId, str]:
    """Handle events, together if that can be, and return what went wrong with which."""
    if handle_many is not None and len(envelopes) > 1:
        try:
            await handle_many(envelopes)
        except Exception:
            log.exception("batch-failed", consumer=consumer, events=len(envelopes))
        else:
            return {}
    failures = {}
    for envelope in envelopes:
        try:
            await handle(envelope)
        except Exception as failure:
            known = {"event_name": envelope.event_name, "event_id": str(envelope.event_id)}
            log.exception("event-failed", consumer=consumer, **known)
            failures[envelope.event_id] = f"{type(failure).__name__}: {failure}"
    return failures


def _row(consumer: str, envelope: Envelope, error: str) -> dict[str, Any]:
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
