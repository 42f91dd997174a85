"""Export facts to Kafka: every one at least once, in the order of each aggregate, whatever else goes on."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from core.config import KafkaSettings, WrongSettings
from core.db import Database
from core.ids import EventId
from core.outbox.envelope import JSON, Envelope
from core.outbox.event import REGISTRY
from core.outbox.export import export
from core.waiting import Pace, wait_for_bell

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

log = structlog.get_logger()
EXPORT = "export-to-kafka"
POLL_SECONDS = 1.0
SEND_SECONDS = 5.0  # for a batch; what it did not come to is in the next one
RETRY_SECONDS = (0.5, 1, 2, 5)


class KafkaAway(Exception):
    """Nothing could be sent at all: that is the fault of no event."""


def check_kafka(settings: KafkaSettings) -> None:
    """Find out whether this process could export, if it is to.

    :raises WrongSettings: if the library is not installed.
    """
    if settings.kafka_url and find_spec("aiokafka") is None:
        raise WrongSettings("KAFKA_URL needs aiokafka: python -m pip install -r requirements/kafka.lock")


def exports_of(settings: KafkaSettings) -> tuple[str, ...]:
    """Return the exports that the relay has to queue events for."""
    return (EXPORT,) if settings.kafka_url else ()


def topic_of(event_name: str, *, prefix: str) -> str:
    """Return the topic of an event: one for each kind of aggregate, because order is kept within a topic only."""
    return f"{prefix}{REGISTRY[event_name].aggregate_kind()}"


async def run_export(db: Database, settings: KafkaSettings, stopping: asyncio.Event) -> None:
    """Send what the relay has queued until `stopping` is set; while Kafka is away it waits in the queue."""
    bell, pace, failures = asyncio.Event(), Pace(busy_seconds=POLL_SECONDS), 0

    def expect_work() -> None:  # the relay has it first
        pace.worked()
        bell.set()

    with db.on_commit(expect_work):
        while not stopping.is_set():
            try:
                async with _connected(settings) as producer:
                    send = partial(_send, producer, settings.kafka_topic_prefix)
                    while not stopping.is_set():
                        bell.clear()
                        if await export(db, EXPORT, send):
                            failures = 0
                            pace.worked()
                        else:
                            await wait_for_bell(bell, stopping, seconds=pace.seconds())
            except KafkaAway as failure:
                pause = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                failures += 1
                log.warning("kafka-away", error=str(failure), again_in_seconds=pause)
                await wait_for_bell(asyncio.Event(), stopping, seconds=pause)


async def _send(
    producer: "AIOKafkaProducer", prefix: str, envelopes: Sequence[Envelope]
) -> Mapping[EventId, str | None]:
    """Send events, aggregates side by side, and the events of one after each other, none behind one that failed.

    :raises KafkaAway: if none of them got through.
    """
    from aiokafka.errors import KafkaError

    outcomes: dict[EventId, str | None] = {}
    until = asyncio.get_running_loop().time() + SEND_SECONDS

    async def send_in_order(events: Sequence[Envelope]) -> None:
        for envelope in events:
            if asyncio.get_running_loop().time() > until:
                return
            try:
                await producer.send_and_wait(**_record(envelope, prefix))
            except KafkaError as failure:
                outcomes[envelope.event_id] = f"{type(failure).__name__}: {failure}"
                return
            outcomes[envelope.event_id] = None

    of_aggregates: defaultdict[UUID, list[Envelope]] = defaultdict(list)
    for envelope in envelopes:
        of_aggregates[envelope.aggregate_id].append(envelope)
    async with asyncio.TaskGroup() as group:
        for events in of_aggregates.values():
            group.create_task(send_in_order(events))
    errors = [error for error in outcomes.values() if error is not None]
    if errors and len(errors) == len(outcomes):
        raise KafkaAway(errors[0])
    return outcomes


def _record(envelope: Envelope, prefix: str) -> dict[str, object]:
    """Return what is sent: what a reader needs for choosing stands among the headers too."""
    headers = {
        "event_id": str(envelope.event_id),
        "event_name": envelope.event_name,
        "event_version": str(envelope.event_version),
        **{name: value for name, value in envelope.headers.items() if isinstance(value, str)},
    }
    return {
        "topic": topic_of(envelope.event_name, prefix=prefix),
        "key": str(envelope.aggregate_id).encode(),
        "value": JSON.dump_json(envelope),
        "headers": [(name, value.encode()) for name, value in headers.items()],
        "timestamp_ms": int(envelope.created_at.timestamp() * 1000),
    }


@contextlib.asynccontextmanager
async def _connected(settings: KafkaSettings) -> AsyncIterator["AIOKafkaProducer"]:
    """Connect to Kafka for as long as the block lasts.

    :raises KafkaAway: if that cannot be.
    """
    from aiokafka import AIOKafkaProducer
    from aiokafka.errors import KafkaError
    from aiokafka.helpers import create_ssl_context

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it repeats all the time what we say once
    security = ("SASL_" if settings.kafka_username else "") + ("SSL" if settings.kafka_tls else "PLAINTEXT")
    password = settings.kafka_password
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_url,
        client_id="syncbuy",
        acks="all",
        request_timeout_ms=int(SEND_SECONDS * 1000),
        security_protocol=security.removesuffix("_"),
        ssl_context=create_ssl_context() if settings.kafka_tls else None,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        sasl_plain_username=settings.kafka_username,
        sasl_plain_password=None if password is None else password.get_secret_value(),
    )
    try:
        try:
            await producer.start()
        except (KafkaError, OSError) as failure:
            raise KafkaAway(f"{type(failure).__name__}: {failure}") from failure
        yield producer
    finally:
        await producer.stop()
