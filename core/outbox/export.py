"""Take events out of the queue of an export: sent first, deleted after, and none that failed is passed over."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.db import Database
from core.ids import EventId
from core.outbox.envelope import Envelope
from core.outbox.event import REGISTRY
from core.outbox.models import QueueRow

BATCH = 200
BACK_OFF_MAX_SECONDS = 300
ATTEMPTS_COUNTED = 100  # nobody gives up, but the column ends somewhere
ADVISORY_NAMESPACE = 0xE8F0  # of the lock that says who exports just now

# Sends envelopes in the order of each aggregate, and returns what became of those that it tried: None for what is
# safely there, else what went wrong.
Send = Callable[[Sequence[Envelope]], Awaitable[Mapping[EventId, str | None]]]


async def export(db: Database, consumer: str, send: Send, *, known: Collection[str] = REGISTRY) -> int:
    """Send one batch of the events that the relay queued for `consumer`, and return how many are safely there.

    Any number of processes may try; one at a time does it, and whoever dies gives its place back with its connection.
    What it had sent but not deleted is sent again. An event that is refused holds back those that come after it in its
    aggregate, however long it takes: there is no last try, because what comes next must not pass it. As in `drain`,
    the transaction waits for a network: it is what keeps the order.
    """
    async with db.transaction() as session:
        if not await session.scalar(select(func.pg_try_advisory_xact_lock(ADVISORY_NAMESPACE, 0))):
            return 0
        rows = await _waiting(session, consumer)
        if any(row.not_before is not None or row.event_name not in known for row in rows):
            rows = await _waiting(session, consumer, known=known)
        if not rows:
            return 0
        outcomes = await send([row.envelope() for row in rows])
        done = [event_id for event_id, error in outcomes.items() if error is None]
        await session.execute(delete(QueueRow).where(QueueRow.consumer == consumer, QueueRow.event_id.in_(done)))
        for row in rows:
            error = outcomes.get(row.event_id)
            if error is not None:
                await _postpone(session, row, error)
        return len(done)


async def _waiting(session: AsyncSession, consumer: str, *, known: Collection[str] | None = None) -> Sequence[QueueRow]:
    """Return the next events; with `known` names, those only that are behind no event that has to wait."""
    waiting = QueueRow.consumer == consumer
    if known is not None:
        earlier = aliased(QueueRow)
        same = (earlier.consumer == consumer) & (earlier.aggregate_id == QueueRow.aggregate_id)
        has_to_wait = or_(earlier.not_before > func.now(), earlier.event_name.not_in(known))
        waiting &= ~select(earlier.id).where(same, earlier.id <= QueueRow.id, has_to_wait).exists()
    return (await session.scalars(select(QueueRow).where(waiting).order_by(QueueRow.id).limit(BATCH))).all()


async def _postpone(session: AsyncSession, row: QueueRow, error: str) -> None:
    attempts = min(row.attempts + 1, ATTEMPTS_COUNTED)
    wait = timedelta(seconds=min(2**attempts, BACK_OFF_MAX_SECONDS))
    later = {"attempts": attempts, "last_error": error, "not_before": func.now() + wait}
    this = (QueueRow.consumer == row.consumer) & (QueueRow.event_id == row.event_id)
    await session.execute(update(QueueRow).where(this).values(later))
