"""Enter a message that nobody could handle among the dead letters, where people see it and can send it again."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from aio_pika.abc import AbstractIncomingMessage
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert

from core.db import Database
from core.ids import EventId
from core.outbox.envelope import Envelope
from core.outbox.models import CONTENT, DeadLetter
from workers.bus.topology import DELIVERY_LIMIT, Topology
from workers.bus.wire import ATTEMPT, CONSUMER, ERROR, envelope_of, number_in

UNREADABLE = "unreadable"  # the name of what is no event at all
NOBODY = UUID(int=0)


async def bury(db: Database, topology: Topology, message: AbstractIncomingMessage) -> None:
    """Write the dead letter of a message; the same one twice is one letter."""
    headers = message.headers
    consumer = headers.get(CONSUMER) or topology.consumer_of(str(headers.get("x-first-death-queue", "")))
    try:
        envelope, error = envelope_of(message), str(headers.get(ERROR) or "its consumer died with it again and again")
    except ValidationError as failure:
        # The values are left out: nobody knows what somebody has put there.
        error = f"no event: {'; '.join(each['msg'] for each in failure.errors(include_input=False, include_url=False))}"
        envelope = _unreadable(message)
    content: dict[str, Any] = {name: getattr(envelope, name) for name in CONTENT}
    attempts = number_in(headers, ATTEMPT) or (1 if envelope.event_name == UNREADABLE else DELIVERY_LIMIT)
    letter = insert(DeadLetter).values(consumer=str(consumer), attempts=attempts, error=error, **content)
    async with db.transaction() as session:
        await session.execute(letter.on_conflict_do_nothing())


def _unreadable(message: AbstractIncomingMessage) -> Envelope:
    body = base64.b64encode(message.body).decode()
    event_id = EventId(uuid5(NAMESPACE_OID, f"{message.message_id}:{body}"))
    at = message.timestamp or datetime.fromtimestamp(0, UTC)
    return Envelope(event_id, UNREADABLE, 1, NOBODY, {"base64": body}, {}, at)
