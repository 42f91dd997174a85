"""Let a consumer handle events that wait together, and find out which of them it could not."""

from collections.abc import Sequence

import structlog
from pydantic import ValidationError

from core.ids import EventId
from core.outbox.envelope import Envelope
from workers.bus.port import Handle, HandleMany

log = structlog.get_logger()


async def handle_all(
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
            known = {"event_name": envelope.event_name, "event_id": str(envelope.event_id), **envelope.headers}
            log.exception("event-failed", consumer=consumer, **known)
            failures[envelope.event_id] = f"{type(failure).__name__}: {words_of(failure)}"
    return failures


def words_of(failure: Exception) -> str:
    """Return what a failure says without the values that did not fit: nobody knows what somebody has put there."""
    if isinstance(failure, ValidationError):
        return "; ".join(each["msg"] for each in failure.errors(include_input=False, include_url=False))
    return str(failure)
