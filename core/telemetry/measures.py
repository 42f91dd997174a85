"""What is counted and timed in this process, for Prometheus to read: the whole of it on one screen."""

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = ("0.002", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "3", "10", "30")
FAILED = "failed"

UPDATES = Counter("syncbuy_updates", "Updates of Telegram that came.", ["kind", "outcome"])
UPDATE_SECONDS = Histogram("syncbuy_update_seconds", "Time until an update was committed.", ["kind"], buckets=_SECONDS)

NOTICES = Counter("syncbuy_notices", "Notices of payment providers that came.", ["provider", "outcome"])
NOTICE_SECONDS = Histogram("syncbuy_notice_seconds", "Time to answer a notice.", ["provider"], buckets=_SECONDS)

REQUESTS = Counter("syncbuy_api_requests", "Requests to the HTTP API that were answered.", ["operation", "status"])
REQUEST_SECONDS = Histogram(
    "syncbuy_api_request_seconds",
    "Time until the HTTP API began to answer.",
    ["operation"],
    buckets=_SECONDS,
)

RELAYED = Counter("syncbuy_relayed_events", "Events that the relay put on the bus, or could not.", ["outcome"])
RELAY_SECONDS = Histogram("syncbuy_relay_batch_seconds", "Time to publish a batch of events.", buckets=_SECONDS)

CONSUMED = Counter("syncbuy_consumed_events", "Events that came to a consumer.", ["consumer", "outcome"])
CONSUME_SECONDS = Histogram(
    "syncbuy_consume_seconds", "Time to handle an event, or several that waited together.", ["consumer"],
    buckets=_SECONDS,
)  # fmt: skip
REDELIVERED = Counter("syncbuy_redelivered_events", "Events that the broker delivered once more.", ["queue"])

DELIVERIES = Counter("syncbuy_deliveries", "Notifications that were sent to Telegram.", ["kind", "outcome"])
DELIVERY_SECONDS = Histogram("syncbuy_delivery_seconds", "Time that Telegram took for one.", ["kind"], buckets=_SECONDS)
CARDS = Counter("syncbuy_cards", "Cards that were sent or edited.", ["outcome"])
CARD_SECONDS = Histogram("syncbuy_card_seconds", "Time that Telegram took for one.", buckets=_SECONDS)
PAUSES = Counter("syncbuy_telegram_pauses", "Pauses that Telegram asked for (429).", ["sending"])
PAUSE_SECONDS = Counter("syncbuy_telegram_pause_seconds", "Seconds of pause that Telegram asked for.", ["sending"])

LIVE_LISTENERS = Gauge("syncbuy_live_listeners", "Connections of people who are told what changes.")
LIVE_SECONDS = Histogram(
    "syncbuy_live_push_seconds", "Time from a change to when it was pushed to one of them.", buckets=_SECONDS
)
LIVE_ENDED = Counter("syncbuy_live_endings", "Connections that we ended.", ["reason"])

PROVIDER_CALLS = Counter("syncbuy_provider_calls", "Questions to payment providers.", ["provider", "ask", "outcome"])
PROVIDER_SECONDS = Histogram(
    "syncbuy_provider_call_seconds", "Time that a payment provider took to answer.", ["provider", "ask"],
    buckets=_SECONDS,
)  # fmt: skip

JOURNALS = Counter("syncbuy_journals", "Journals that were posted (a transaction may still have failed).", ["kind"])
JOBS_BROKEN = Counter("syncbuy_jobs_broken", "Jobs that broke and were started again.", ["name"])

# What the database says at the moment at which the figures are read; the same whoever is asked.
WAITING = Gauge("syncbuy_waiting_rows", "What is due and not done yet.", ["what"])
WAITING_SECONDS = Gauge("syncbuy_waiting_oldest_seconds", "For how long the oldest of it has been due.", ["what"])
QUEUED = Gauge("syncbuy_queued_events", "Events in the queue of a consumer in the database.", ["consumer"])
QUEUED_SECONDS = Gauge("syncbuy_queued_oldest_seconds", "Age of the oldest of them.", ["consumer"])
DEAD_LETTERS = Gauge("syncbuy_dead_letters", "Events that somebody has to decide about.", ["consumer"])
AUDIT_VIOLATIONS = Gauge("syncbuy_audit_violations", "What the last audit of the book found wrong.")
AUDIT_SECONDS = Gauge("syncbuy_audit_age_seconds", "How long ago the last audit of the book was.")
AUDIT_VIOLATIONS.set(math.nan)
AUDIT_SECONDS.set(math.nan)  # until somebody has looked: nothing is not the same as none
DATABASE_UP = Gauge("syncbuy_database_up", "1 if the database answered just now, else 0.")
CONNECTIONS = Gauge("syncbuy_database_connections", "Connections of this process.", ["state"])


@dataclass(slots=True)
class Timed:
    """Something that is being done; `outcome` is what it will be counted as."""

    outcome: str


@contextlib.contextmanager
def timed(counter: Counter, histogram: Histogram, *labels: str, outcome: str) -> Iterator[Timed]:
    """Time a block and count it by these labels and its outcome: the one given or set, `failed` where it raises.

    The counter has one label more than the histogram: the outcome.
    """
    began, doing = time.perf_counter(), Timed(outcome)
    try:
        yield doing
    except Exception:
        doing.outcome = FAILED
        raise
    finally:
        counter.labels(*labels, doing.outcome).inc()
        (histogram.labels(*labels) if labels else histogram).observe(time.perf_counter() - began)
