"""The export to Kafka: every fact that was committed, in the order of its aggregate, and nobody else waits for it."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select, update
from structlog.testing import capture_logs

from core.config import KafkaSettings, WrongSettings
from core.db import Database
from core.ids import EventId, new_id
from core.keep_running import Job
from core.outbox.drain import drain
from core.outbox.emit import emit
from core.outbox.envelope import Envelope
from core.outbox.export import export
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from tests.workers.buses import Buses, Rang, left, ring, until
from tests.workers.kafka_broker import Fact, KafkaBroker
from workers.bus.local import LocalBus
from workers.bus.port import Bus
from workers.effects import kafka as effect
from workers.effects.kafka import EXPORT, check_kafka, exports_of, run_export, topic_of
from workers.run import relay_jobs

ROOT = Path(__file__).parents[2]
TOPIC = "test.who"
TOO_LONG = "x" * 1_100_000  # more than a broker takes in one message
# Sends a batch, and is gone before it can note that.
DIES = """
import asyncio, os, signal, sys
import tests.workers.buses
from core.config import KafkaSettings
from core.db import Database
from core.outbox.export import export
from workers.effects import kafka

async def main(url, address):
    db, settings = Database.connect(url), KafkaSettings(kafka_url=address, kafka_topic_prefix="test.")
    async with kafka._connected(settings) as producer:
        async def send_and_die(envelopes):
            await kafka._send(producer, "test.", envelopes)
            os.kill(os.getpid(), signal.SIGKILL)
        await export(db, kafka.EXPORT, send_and_die)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest_asyncio.fixture
async def broker(kafka: KafkaBroker) -> KafkaBroker:
    """Return a broker that has a topic for the events of the tests."""
    await kafka.make_topic(TOPIC, partitions=3)
    return kafka


class Exporting:
    """A relay and some exporters of one broker, for as long as the block lasts."""

    def __init__(self, db: Database, broker: KafkaBroker, *, bus: Bus | None = None, exporters: int = 1) -> None:
        self.stopping = asyncio.Event()
        self.bus = bus or LocalBus(db, {})
        export_all = partial(run_export, db, broker.settings, self.stopping)
        relay = relay_jobs(db, self.bus, self.stopping, exports=exports_of(broker.settings))
        self._jobs: list[Job] = [*relay.values(), *([export_all] * exporters)]

    async def __aenter__(self) -> "Exporting":
        self.tasks = [asyncio.ensure_future(job()) for job in self._jobs]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stopping.set()
        await asyncio.gather(*self.tasks)
        await self.bus.close()


async def _is_exported(db: Database) -> bool:
    return (await left(db, OutboxRow), await left(db, QueueRow)) == (0, 0)


def _ids(facts: Sequence[Fact]) -> list[EventId]:
    """Return which events there are, each where it comes first."""
    return list(dict.fromkeys(fact.envelope.event_id for fact in facts))


def _of(facts: Sequence[Fact], who: UUID) -> list[EventId]:
    return _ids([fact for fact in facts if fact.key == str(who)])


async def _due_now(db: Database, **values: object) -> None:
    async with db.transaction() as session:
        await session.execute(update(QueueRow).where(QueueRow.attempts > 0).values(not_before=None, **values))


class TestTheExport:
    async def test_r28_sends_every_fact_once_in_the_order_of_its_aggregate(
        self, broker: KafkaBroker, db: Database
    ) -> None:
        people = [new_id() for _ in range(12)]
        rung: dict[UUID, list[EventId]] = {who: [] for who in people}
        async with Exporting(db, broker):
            for _ in range(4):
                for who in people:
                    rung[who] += await ring(db, 10, who)
            await until(partial(_is_exported, db))

        facts = await broker.read(TOPIC, at_least=480)
        assert len(facts) == 480
        assert {who: _of(facts, who) for who in people} == rung
        assert len({fact.partition for fact in facts}) > 1
        assert all(len({fact.partition for fact in facts if fact.key == str(who)}) == 1 for who in people)

    async def test_tells_what_a_reader_chooses_by_without_opening_the_fact(
        self, broker: KafkaBroker, db: Database
    ) -> None:
        who = new_id()
        async with db.transaction() as session:
            event_id = emit(session, Rang(who=who, number=7, text="привет"))
            await session.flush()
            await session.execute(update(OutboxRow).values(headers={"correlation_id": "update-1", "depth": 2}))
        async with Exporting(db, broker):
            await until(partial(_is_exported, db))

        [fact] = await broker.read(TOPIC, at_least=1)
        assert (fact.topic, fact.key) == (topic_of("test.rang", prefix="test."), str(who))
        assert fact.headers == {
            "event_id": str(event_id),
            "event_name": "test.rang",
            "event_version": "1",
            "correlation_id": "update-1",
        }
        assert fact.envelope.payload == {"who": str(who), "number": 7, "text": "привет"}
        assert fact.timestamp_ms == int(fact.envelope.created_at.timestamp() * 1000)

    async def test_sends_what_was_committed_and_nothing_else_on_either_bus(
        self, broker: KafkaBroker, buses: Buses, db: Database
    ) -> None:
        rung: list[EventId] = []

        async def work(number: int) -> None:
            for each in range(10):
                with contextlib.suppress(ZeroDivisionError):  # takes every third back
                    async with db.transaction() as session:
                        event_id = emit(session, Rang(who=new_id(), number=each))
                        await session.flush()
                        _ = 1 // ((number + each) % 3)
                    rung.append(event_id)

        async with Exporting(db, broker, bus=buses.new()):
            await asyncio.gather(*map(work, range(12)))
            await until(lambda: _nothing_left_for_export(db))

        assert sorted(_ids(await broker.read(TOPIC, at_least=len(rung)))) == sorted(rung)

    async def test_keeps_the_order_with_any_number_of_exporters_and_doubles_nothing(
        self, broker: KafkaBroker, db: Database
    ) -> None:
        who = new_id()
        async with Exporting(db, broker, exporters=4):
            rung = [event_id for _ in range(30) for event_id in await ring(db, 10, who)]
            await until(partial(_is_exported, db))

        facts = await broker.read(TOPIC, at_least=300)
        assert [fact.envelope.event_id for fact in facts] == rung


async def _nothing_left_for_export(db: Database) -> bool:
    if await left(db, OutboxRow):
        return False
    async with db.transaction() as session:
        return not await session.scalar(select(func.count()).where(QueueRow.consumer == EXPORT))


class TestAnExportGoneWrong:
    async def test_r28_passes_over_no_fact_that_was_refused_and_lets_other_aggregates_go_on(
        self, broker: KafkaBroker, db: Database
    ) -> None:
        who, other = new_id(), new_id()
        [first] = await ring(db, 1, who)
        [refused] = await ring(db, 1, who, text=TOO_LONG)
        behind = await ring(db, 3, who)
        async with Exporting(db, broker):
            others = await ring(db, 2, other)
            await until(lambda: _is_left_with(db, 4))
            later = await ring(db, 2, who)
            others += await ring(db, 2, other)
            await until(lambda: _is_left_with(db, 6))
            facts = await broker.read(TOPIC, at_least=5)
            assert (_of(facts, who), _of(facts, other)) == ([first], others)

            async with db.transaction() as session:
                tried = list(await session.scalars(select(QueueRow).where(QueueRow.attempts > 0)))
            assert [row.event_id for row in tried] == [refused]
            assert "MessageSizeTooLarge" in (tried[0].last_error or "")

            await _due_now(db, payload={"who": str(who), "number": 0, "text": "short"})
            await until(partial(_is_exported, db))
        assert _of(await broker.read(TOPIC, at_least=11), who) == [first, refused, *behind, *later]

    async def test_goes_on_where_it_was_when_the_broker_is_back_and_nobody_else_has_waited(
        self, broker: KafkaBroker, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(effect, "SEND_SECONDS", 0.5)
        handled: list[EventId] = []

        async def take(envelope: Envelope) -> None:
            handled.append(envelope.event_id)

        bus = LocalBus(db, {"test.rang": ["listener"]})
        with capture_logs() as told:
            async with Exporting(db, broker, bus=bus) as exporting:
                listening = asyncio.create_task(bus.consume("listener", take, exporting.stopping))
                before = await ring(db, 50)
                await until(partial(_is_exported, db))
                assert sorted(_ids(await broker.read(TOPIC, at_least=50))) == sorted(before)
                broker.kill()
                during = await ring(db, 300, new_id())
                await until(lambda: len(handled) == 350, within_seconds=5)
                await until(lambda: _is_left_with(db, 300))
                # Only who connects anew learns that this broker has forgotten its topics.
                await until(lambda: any(entry["event"] == "kafka-away" for entry in told))
                broker.start()
                await until(partial(_is_exported, db))
        await listening

        assert _ids(await broker.read(TOPIC, at_least=300)) == during
        assert await left(db, DeadLetter) == 0

    async def test_loses_nothing_to_a_broker_that_hangs(
        self, broker: KafkaBroker, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(effect, "SEND_SECONDS", 0.5)
        people = [new_id() for _ in range(5)]
        rung: dict[UUID, list[EventId]] = {who: [] for who in people}
        async with Exporting(db, broker):
            for number in range(20):
                if number == 10:
                    broker.hang()
                for who in people:
                    rung[who] += await ring(db, 5, who)
            await until(lambda: _is_left_with(db, 250, or_more=True))
            broker.go_on()
            await until(partial(_is_exported, db))

        facts = await broker.read(TOPIC, at_least=500)
        assert {who: _of(facts, who) for who in people} == rung

    async def test_sends_again_what_a_worker_had_sent_that_was_killed_before_it_noted_it(
        self, broker: KafkaBroker, db: Database, database_url: str
    ) -> None:
        who = new_id()
        rung = await ring(db, 30, who)
        await drain(db, LocalBus(db, {}).publish, exports=[EXPORT])
        words = [sys.executable, "-c", DIES, database_url, broker.address]
        killed = await asyncio.to_thread(subprocess.run, words, cwd=ROOT, check=False, timeout=60)
        assert killed.returncode == -9
        assert [fact.envelope.event_id for fact in await broker.read(TOPIC, at_least=30)] == rung
        assert await left(db, QueueRow) == 30

        async with Exporting(db, broker):
            rung += await ring(db, 5, who)
            await until(partial(_is_exported, db))

        facts = await broker.read(TOPIC, at_least=35)
        assert _of(facts, who) == rung
        assert len(facts) == 65

    async def test_leaves_what_it_does_not_know_to_a_newer_version(self, db: Database) -> None:
        who = new_id()
        rung = await ring(db, 4, who)
        async with db.transaction() as session:
            unknown = OutboxRow.event_id == rung[1]
            await session.execute(update(OutboxRow).where(unknown).values(event_name="test.unheard_of"))
        both = ["test.rang", "test.unheard_of"]
        await drain(db, LocalBus(db, {}).publish, known=both, exports=[EXPORT])
        sent: list[EventId] = []

        async def send(envelopes: Sequence[Envelope]) -> dict[EventId, str | None]:
            sent.extend(envelope.event_id for envelope in envelopes)
            return {envelope.event_id: None for envelope in envelopes}

        assert await export(db, EXPORT, send, known=["test.rang"]) == 1
        assert await export(db, EXPORT, send, known=both) == 3
        assert sent == rung


async def _is_left_with(db: Database, count: int, *, or_more: bool = False) -> bool:
    queued = await left(db, QueueRow)
    return await left(db, OutboxRow) == 0 and (queued == count or (or_more and queued > count))


class TestTheRelay:
    async def test_queues_nothing_while_there_is_no_export(self, db: Database) -> None:
        await ring(db, 3)

        assert exports_of(KafkaSettings(kafka_url=None)) == ()
        await drain(db, LocalBus(db, {}).publish)

        assert await left(db, QueueRow) == 0

    async def test_queues_no_fact_that_another_relay_has_queued(self, db: Database) -> None:
        await ring(db, 3)

        async def publish_late(_: object) -> dict[EventId, str]:
            async with db.transaction() as session:  # the other relay was quicker, and its export too
                await session.execute(delete(OutboxRow))
            return {}

        await drain(db, publish_late, exports=[EXPORT])

        assert await left(db, QueueRow) == 0


class TestCheckKafka:
    def test_tells_in_one_line_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(effect, "find_spec", lambda _: None)

        check_kafka(KafkaSettings(kafka_url=None))
        with pytest.raises(WrongSettings, match=r"KAFKA_URL needs aiokafka: .*requirements/kafka\.lock"):
            check_kafka(KafkaSettings(kafka_url="localhost:9092"))
