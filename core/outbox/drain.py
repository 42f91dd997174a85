"""Take events out of the outbox: published first, deleted after, in the order of each aggregate."""

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.db import Database
from core.ids import EventId
from core.outbox.envelope import Envelope
from core.outbox.event import REGISTRY
from core.outbox.models import PARTITIONS, DeadLetter, OutboxRow, QueueRow
from core.telemetry import tracing
from core.telemetry.measures import FAILED, RELAY_SECONDS, RELAYED

BATCH = 200
ATTEMPTS_MAX = 10
BACK_OFF_MAX = timedelta(minutes=5)
UNKNOWN_PATIENCE = timedelta(hours=1)  # for a version that knows an event; a deployment is over by then
ADVISORY_NAMESPACE = 0x0B07  # of the locks that say who publishes which partition just now

# Not waiting for the disk: all that a crash can forget is that events are out, and then they are published again.
LAZILY = text("SET LOCAL synchronous_commit = off")

# Publishes envelopes and returns what went wrong with those that are not safely on the bus.
Publish = Callable[[Sequence[Envelope]], Awaitable[dict[EventId, str]]]


async def drain(
    db: Database, publish: Publish, *, known: Collection[str] = REGISTRY, exports: Collection[str] = ()
) -> int:
    """Publish one batch of waiting events, delete what is safely out, and return how many that are.

    Events of names that are not `known` are left to the relay of the newer version that emits them: only that one knows
    who listens. What is out is queued for each of `exports` too, whose order the bus would not keep: `export` takes it.

    Several relays may drain at once: each batch holds the partitions that nobody else holds, so the events of one
    aggregate leave in their order. A relay that dies gives its partitions back with its connection, and what it had
    published but not deleted is published again. Here and in `export` a transaction waits for a network: it is what
    keeps the order.
    """
    async with db.transaction() as session:
        rows = await _waiting(session)
        unknown = [row.id for row in rows if row.event_name not in known]
        if unknown:
            await _give_up(session, unknown)
            rows = await _waiting(session, known=known)
        if not rows:
            return 0
        began, began_ns = time.perf_counter(), time.time_ns()
        failed = await publish([row.envelope() for row in rows])
        RELAY_SECONDS.observe(time.perf_counter() - began)
        done = [row for row in rows if row.event_id not in failed]
        RELAYED.labels("published").inc(len(done))
        RELAYED.labels(FAILED).inc(len(failed))
        for row in rows:
            tracing.record("relay", row.headers, began_ns=began_ns, known={"event": row.event_name})
        await session.execute(LAZILY)
        await session.execute(delete(OutboxRow).where(OutboxRow.id.in_([row.id for row in done])))
        await _queue(session, exports, done)
        for row in rows:
            if row.event_id in failed:
                await _postpone(session, row, failed[row.event_id])
        return len(done)


async def _waiting(session: AsyncSession, *, known: Collection[str] | None = None) -> list[OutboxRow]:
    """Hold the partitions that nobody else holds, and return the next events of theirs.

    With `known` names, these only, and none that would pass an unknown one of its aggregate.

    One statement does both, which saves a round trip. It has seen the rows before it held their partitions, so it locks
    them: what another relay has deleted meanwhile is passed over then, instead of being published twice.
    """
    partition = func.generate_series(0, PARTITIONS - 1).table_valued("number").render_derived()
    free = func.pg_try_advisory_xact_lock(ADVISORY_NAMESPACE, partition.c.number)
    mine = select(partition.c.number).where(free).cte("mine").prefix_with("MATERIALIZED", dialect="postgresql")
    # An event that failed holds back what comes after it in its partition, or the order would be lost.
    held_back = select(OutboxRow.partition_no).where(OutboxRow.not_before > func.now())
    waiting = OutboxRow.partition_no.in_(select(mine.c.number)) & OutboxRow.partition_no.not_in(held_back)
    if known is not None:
        earlier = aliased(OutboxRow)
        same = (earlier.aggregate_id == OutboxRow.aggregate_id) & (earlier.id <= OutboxRow.id)
        waiting &= ~select(earlier.id).where(same, earlier.event_name.not_in(known)).exists()
    rows = select(OutboxRow).where(waiting).order_by(OutboxRow.id).limit(BATCH)
    return list(await session.scalars(rows.with_for_update(of=OutboxRow)))


async def _queue(session: AsyncSession, exports: Collection[str], done: Sequence[OutboxRow]) -> None:
    content = [row.content() for row in done]
    queued = [{"consumer": consumer, **each} for consumer in exports for each in content]
    if queued:
        await session.execute(insert(QueueRow).on_conflict_do_nothing(), queued)


async def _postpone(session: AsyncSession, row: OutboxRow, error: str) -> None:
    attempts = row.attempts + 1
    if attempts >= ATTEMPTS_MAX:
        await _bury(session, row, attempts, error)
        return
    wait = min(timedelta(seconds=2**attempts), BACK_OFF_MAX)
    later = {"attempts": attempts, "last_error": error, "not_before": func.now() + wait}
    await session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(later))


async def _give_up(session: AsyncSession, unknown: Sequence[int]) -> None:
    """Put aside the events for which no version came that knows them: the deployment was taken back."""
    old = OutboxRow.id.in_(unknown) & (OutboxRow.created_at < func.now() - UNKNOWN_PATIENCE)
    for row in await session.scalars(select(OutboxRow).where(old)):
        await _bury(session, row, row.attempts, f"nobody who runs here knows {row.event_name}")


async def _bury(session: AsyncSession, row: OutboxRow, attempts: int, error: str) -> None:
    letter = insert(DeadLetter).values(consumer="relay", attempts=attempts, error=error, **row.content())
    await session.execute(letter.on_conflict_do_nothing())
    await session.execute(delete(OutboxRow).where(OutboxRow.id == row.id))
