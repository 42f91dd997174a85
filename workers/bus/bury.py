"""Enter a message that nobody could handle among the dead letters, where people see it and can send it again."""

import base64
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from aio_pika.abc import AbstractIncomingMessage
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from core.db import Database
from core.ids import EventId
from core.outbox.envelope import Envelope
from core.outbox.models import CONTENT, DeadLetter
from workers.bus.handling import words_of
from workers.bus.topology import DELIVERY_LIMIT, Topology
from workers.bus.wire import ATTEMPT, CONSUMER, ERROR, envelope_of, number_in

UNREADABLE = "unreadable"  # the name of what is no event at all
NOBODY = UUID(int=0)
# The classes of PostgreSQL's errors for which the row itself is to blame: what no column takes, and too much of it.
REFUSED = ("22", "54")


async def bury(db: Database, topology: Topology, message: AbstractIncomingMessage) -> None:
    """Write the dead letter of a message; the same one twice is one letter.

    What is no event, or none that the table takes, is kept as it came: it must not hold up those behind it.
    """
    try:
        envelope = envelope_of(message)
        error = str(message.headers.get(ERROR) or "its consumer died with it again and again")
        await _enter(db, topology, message, envelope, error)
    except ValidationError as failure:
        await _enter(db, topology, message, _unreadable(message), f"no event: {words_of(failure)}")
    except DBAPIError as refusal:
        said = refusal.orig and refusal.orig.__cause__  # what asyncpg raised, which knows the code
        if not str(getattr(said, "sqlstate", "")).startswith(REFUSED):
            raise
        error = f"no event that can be kept: {type(said).__name__}"
        await _enter(db, topology, message, _unreadable(message), error)


async def _enter(
    db: Database, topology: Topology, message: AbstractIncomingMessage, envelope: Envelope, error: str
) -> None:
    headers = message.headers
    consumer = headers.get(CONSUMER) or topology.consumer_of(str(headers.get("x-first-death-queue", "")))
    attempts = number_in(headers, ATTEMPT) or (1 if envelope.event_name == UNREADABLE else DELIVERY_LIMIT)
    letter = insert(DeadLetter).values(
        consumer=str(consumer).replace("\0", ""),
        attempts=min(attempts, DELIVERY_LIMIT),
        error=error.replace("\0", ""),
        **{name: getattr(envelope, name) for name in CONTENT},
    )
    async with db.transaction() as session:
        await session.execute(letter.on_conflict_do_nothing())


def _unreadable(message: AbstractIncomingMessage) -> Envelope:
    body = base64.b64encode(message.body).decode()
    event_id = EventId(uuid5(NAMESPACE_OID, f"{message.message_id}:{body}"))
    at = message.timestamp or datetime.fromtimestamp(0, UTC)
    return Envelope(event_id, UNREADABLE, 1, NOBODY, {"base64": body}, {}, at)
