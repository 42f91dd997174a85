"""What is counted and timed, for Prometheus to read."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10)


class Outcome(StrEnum):
    """What became of a notice at the door."""

    STORED = "stored"
    REPEATED = "repeated"
    NOT_UNDERSTOOD = "not_understood"  # genuine and stored, for somebody to look at
    REFUSED = "refused"
    LIMITED = "limited"  # refused, from a sender that was refused too often
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    BROKEN_OFF = "broken_off"  # the sender left before the end
    NOT_STORED = "not_stored"  # the database is away or slow; the sender repeats it


class Measures:
    """The figures of this process in a registry, which other parts of the process may share."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.notices = Counter(
            "syncbuy_notices", "Notices of payment providers.", ["provider", "outcome"], registry=registry
        )
        self.seconds = Histogram(
            "syncbuy_notice_seconds", "Time to answer a notice.", ["provider"], buckets=_SECONDS, registry=registry
        )
        self.notices_waiting = Gauge(
            "syncbuy_notices_waiting", "Stored notices that are not acted on yet.", registry=registry
        )
        self.outbox_age = Gauge(
            "syncbuy_outbox_oldest_seconds", "Age of the oldest event that is not published yet.", registry=registry
        )

    def count(self, provider: str, outcome: Outcome, seconds: float) -> None:
        """Count one notice that was answered after `seconds`."""
        self.notices.labels(provider, outcome).inc()
        self.seconds.labels(provider).observe(seconds)
