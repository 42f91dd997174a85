"""How an event looks in a message of AMQP 0-9-1, and how it is read again."""

from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage, HeadersType

from core.ids import new_id
from core.outbox.envelope import JSON, Envelope

ATTEMPT = "x-attempt"  # header: how often its consumer has failed at it
CONSUMER = "x-consumer"  # header of a dead one: who could not handle it
ERROR = "x-error"  # header: what went wrong last
ERROR_MAX = 1000  # characters; headers travel in one frame


def message_of(envelope: Envelope, **headers: str | int) -> Message:
    """Return the message that carries an event; it survives a restart of the broker.

    Its id is new each time it is published, because the broker's answers to unroutable messages are told apart by it;
    the event's own id, by which a repeat is known, is in the body and among the headers.
    """
    return Message(
        JSON.dump_json(envelope),
        headers={"event_id": str(envelope.event_id), **envelope.headers, **headers},
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=str(new_id()),
        timestamp=envelope.created_at,
        type=envelope.event_name,
        app_id="syncbuy",
    )


def envelope_of(message: AbstractIncomingMessage) -> Envelope:
    """Return the event that a message carries.

    :raises ValidationError: if it carries none.
    """
    return JSON.validate_json(message.body)


def attempts_of(message: AbstractIncomingMessage) -> int:
    """Return how often its consumer has failed at this message; what is no number counts as never."""
    return number_in(message.headers, ATTEMPT)


def number_in(headers: HeadersType, name: str) -> int:
    """Return a header that is a count, 0 if there is none."""
    found: Any = headers.get(name)
    return found if isinstance(found, int) else 0
