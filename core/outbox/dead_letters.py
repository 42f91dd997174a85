"""Letters that died: events that could not be published or handled; an operator sends them again or gives them up."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.errors import Conflict, NotFound
from core.ids import EventId
from core.outbox.models import PARTITIONS, DeadLetter, OutboxRow, QueueRow

RELAY = "relay"  # whose letters were never published


class DeadLetterNotFound(NotFound):
    """There is no such letter: it was sent again or given up, or never died."""


class NobodyListens(Conflict):
    """The consumer does not listen to this event (any more), so that sending it again would lead nowhere."""


async def find_dead_letters(
    session: AsyncSession, *, consumer: str | None = None, event_id: EventId | None = None, limit: int | None = None
) -> list[DeadLetter]:
    """Return the letters of a consumer or of an event, or all of them, the latest to die first."""
    found = select(DeadLetter).order_by(DeadLetter.died_at.desc(), DeadLetter.consumer).limit(limit)
    if consumer is not None:
        found = found.where(DeadLetter.consumer == consumer)
    if event_id is not None:
        found = found.where(DeadLetter.event_id == event_id)
    return list(await session.scalars(found))


async def replay_dead_letter(
    session: AsyncSession, *, consumer: str, event_id: EventId, listeners: Mapping[str, Sequence[str]]
) -> DeadLetter:
    """Send a letter again to the one consumer that could not handle it; what was handled already is not done twice.

    A letter of the relay goes to everybody. `listeners` are the names of the consumers of each event.

    :raises DeadLetterNotFound: if there is none.
    :raises NobodyListens: if its consumer does not listen to it.
    """
    letter = await _take(session, consumer, event_id)
    if consumer == RELAY:
        partition_no = letter.aggregate_id.int % PARTITIONS
        again = insert(OutboxRow).values(partition_no=partition_no, **letter.content())
    elif consumer in listeners.get(letter.event_name, ()):
        again = insert(QueueRow).values(consumer=consumer, **letter.content())
    else:
        raise NobodyListens(consumer=consumer, event_name=letter.event_name)
    await session.execute(again.on_conflict_do_nothing())
    session.info[WAKE] = True
    return letter


async def discard_dead_letter(session: AsyncSession, *, consumer: str, event_id: EventId) -> DeadLetter:
    """Give a letter up: its consumer will never handle it.

    :raises DeadLetterNotFound: if there is none.
    """
    return await _take(session, consumer, event_id)


async def _take(session: AsyncSession, consumer: str, event_id: EventId) -> DeadLetter:
    this = (DeadLetter.consumer == consumer) & (DeadLetter.event_id == event_id)
    letter: DeadLetter | None = await session.scalar(delete(DeadLetter).where(this).returning(DeadLetter))
    if letter is None:
        raise DeadLetterNotFound
    return letter
