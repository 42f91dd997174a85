"""What is seen of a consumer from outside: whose trail it follows, how long it takes, and what comes of it."""

import contextlib
import time
from collections.abc import Iterator, Sequence

from structlog.contextvars import bound_contextvars

from core.outbox.envelope import Envelope
from core.telemetry import tracing
from core.telemetry.measures import CONSUME_SECONDS, CONSUMED, Timed, timed
from core.telemetry.trail import following, following_each

HANDLED, REPEATED = "handled", "repeated"


@contextlib.contextmanager
def consuming(consumer: str, envelope: Envelope) -> Iterator[Timed]:
    """Follow the trail of one event while it is handled."""
    known = {"consumer": consumer, "event": envelope.event_name, "event_id": str(envelope.event_id)}
    with (
        following(consumer, envelope.headers, **known),
        timed(CONSUMED, CONSUME_SECONDS, consumer, outcome=HANDLED) as doing,
    ):
        yield doing


@contextlib.contextmanager
def consuming_many(consumer: str, envelopes: Sequence[Envelope]) -> Iterator[None]:
    """Follow the trails of events that are handled together: what is emitted about one of them goes on with its own.

    Of several events of one aggregate the last one counts.
    """
    trails = {identity: each.headers for each in envelopes for identity in (each.aggregate_id, each.event_id)}
    began_ns = time.time_ns()
    with (
        bound_contextvars(consumer=consumer, events=len(envelopes)),
        following_each(trails),
        CONSUME_SECONDS.labels(consumer).time(),
    ):
        yield
    for each in envelopes:
        tracing.record(consumer, each.headers, began_ns=began_ns, known={"event": each.event_name})


def count(consumer: str, *, handled: int, repeated: int) -> None:
    """Count what came of events that were handled together."""
    CONSUMED.labels(consumer, HANDLED).inc(handled)
    CONSUMED.labels(consumer, REPEATED).inc(repeated)
