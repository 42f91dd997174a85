"""What can happen to a broker and to the messages in it: nothing is lost, and nobody waits for ever."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractIncomingMessage, HeadersType
from sqlalchemy import select, update
from structlog.testing import capture_logs

from core.db import Database
from core.ids import EventId, new_id
from core.outbox.drain import drain
from core.outbox.envelope import Envelope
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from sandbox.rabbitmq import RabbitNode
from tests.cable import cable_to_server
from tests.workers.buses import LISTENERS, SOON, Buses, Working, left, ring, until
from workers.bus import delivering, link
from workers.bus.port import BusAway
from workers.bus.queue import put, row_of
from workers.bus.rabbit import RabbitBus
from workers.bus.topology import DEAD_DELIVERY_LIMIT, DELIVERY_LIMIT, Topology
from workers.bus.wire import ATTEMPT, CONSUMER, ERROR


@pytest_asyncio.fixture
async def buses(rabbitmq: RabbitNode, db: Database) -> AsyncIterator[Buses]:
    """Return what makes buses over RabbitMQ."""
    buses = Buses(db, rabbitmq.url)
    yield buses
    await buses.forget()


class Listener:
    """A consumer that notes what it handled."""

    def __init__(self) -> None:
        self.taken: list[EventId] = []

    async def take(self, envelope: Envelope) -> None:
        self.taken.append(envelope.event_id)

    def has(self, count: int) -> bool:
        return len(set(self.taken)) >= count


async def _ignore(_: AbstractIncomingMessage) -> None: ...


def _topology(buses: Buses) -> Topology:
    return Topology(buses.prefix, LISTENERS, SOON)


async def _due_now(db: Database) -> None:
    async with db.transaction() as session:
        free = select(OutboxRow.id).where(OutboxRow.not_before.is_not(None)).with_for_update(skip_locked=True)
        await session.execute(update(OutboxRow).where(OutboxRow.id.in_(free)).values(not_before=None))


class TestABroker:
    async def test_f13_r07_may_be_away_under_load_and_brings_everything_after(
        self, own_rabbitmq: RabbitNode, db: Database
    ) -> None:
        listener, buses = Listener(), Buses(db, own_rabbitmq.url)
        async with Working(buses.new(), db, listener.take):
            rung = await ring(db, 500)
            await until(lambda: listener.has(100))
            await asyncio.to_thread(own_rabbitmq.stop)
            try:
                rung += await ring(db, 300)
                with pytest.raises(BusAway):
                    await buses.new().publish([(await _waiting(db))[0].envelope()])
                assert await left(db, OutboxRow) >= 300
            finally:
                await asyncio.to_thread(own_rabbitmq.start)
            back_at = asyncio.get_running_loop().time()
            await until(lambda: listener.has(800))

        assert asyncio.get_running_loop().time() - back_at < 10
        assert set(listener.taken) == set(rung)
        assert (await left(db, OutboxRow), await left(db, DeadLetter)) == (0, 0)
        assert not any(row.attempts for row in await _waiting(db))

    async def test_that_refuses_a_full_queue_leaves_the_rest_in_the_outbox(self, buses: Buses, db: Database) -> None:
        bus, listener = buses.new(queue_length_max=20), Listener()
        rung = await ring(db, 300)

        await drain(db, bus.publish)
        await drain(db, bus.publish)
        kept = await left(db, OutboxRow)
        assert kept > 0
        async with Working(bus, db, listener.take):

            async def all_came() -> bool:
                await _due_now(db)
                return listener.has(300)

            await until(all_came)

        assert set(listener.taken) == set(rung)

    async def test_r06_that_can_route_an_event_nowhere_does_not_swallow_it(self, buses: Buses, db: Database) -> None:
        bus, listener, topology = buses.new(), Listener(), _topology(buses)
        await bus.publish([])
        [rung] = await ring(db, 1)
        async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
            await channel.queue_delete(topology.queue_of("listener"))

        await drain(db, bus.publish)

        [row] = await _waiting(db)
        assert row.attempts == 1
        assert row.last_error is not None
        assert "test.rang was not taken" in row.last_error
        async with Working(buses.new(), db, listener.take):
            await _due_now(db)
            await until(lambda: listener.has(1))
        assert listener.taken == [rung]

    async def test_whose_exchange_is_gone_gets_a_new_one(self, buses: Buses, db: Database) -> None:
        bus, listener, topology = buses.new(), Listener(), _topology(buses)
        async with Working(bus, db, listener.take):
            await ring(db, 1)
            await until(lambda: listener.has(1))
            async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
                await channel.exchange_delete(topology.events)
            await ring(db, 20)
            await until(lambda: listener.has(21))

    async def test_whose_queue_is_gone_gets_a_new_one_and_its_consumer_goes_on(
        self, buses: Buses, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivering, "LOOK_SECONDS", 0.2)
        bus, listener, topology = buses.new(), Listener(), _topology(buses)
        async with Working(bus, db, listener.take):
            await ring(db, 1)
            await until(lambda: listener.has(1))
            async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
                await channel.queue_delete(topology.queue_of("listener"))

            async def rings_again() -> bool:
                await ring(db, 1)
                await _due_now(db)
                return listener.has(5)

            await until(rings_again)

    async def test_that_cancels_a_consumer_has_it_back_though_another_process_consumes_the_same_queue(
        self, buses: Buses, db: Database
    ) -> None:
        listener, topology = Listener(), _topology(buses)
        async with Working(buses.new(), db, listener.take):
            await ring(db, 1)
            await until(lambda: listener.has(1))
            async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
                await channel.queue_delete(topology.queue_of("listener"))
                await topology.declare(channel)
                queue = await channel.get_queue(topology.queue_of("listener"), ensure=False)
                await queue.consume(_ignore)

                async def both_consume() -> bool:
                    return (await queue.declare()).consumer_count == 2

                await until(both_consume, within_seconds=delivering.LOOK_SECONDS / 2)

    async def test_closes_a_channel_and_the_consumer_goes_on_over_another(self, buses: Buses, db: Database) -> None:
        listener, reached, may_go_on = Listener(), asyncio.Event(), asyncio.Event()
        bus = buses.new()

        async def take(envelope: Envelope) -> None:
            reached.set()
            await may_go_on.wait()
            await listener.take(envelope)

        async with Working(bus, db, take):
            await ring(db, 30)
            await reached.wait()
            await bus._consuming.forget()  # type: ignore[attr-defined]
            may_go_on.set()
            await until(lambda: listener.has(30))

    async def test_f13_that_goes_silent_is_given_up_by_those_who_wait_for_it_and_they_come_back(
        self, buses: Buses, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(link, "HEARTBEAT_SECONDS", 1)
        monkeypatch.setattr(delivering, "LOOK_SECONDS", 0.1)  # an idle consumer waits for the answer to a look
        listener, behind = Listener(), Buses(db, buses.url)
        behind.prefix = buses.prefix
        async with cable_to_server(buses.url) as cable:
            behind.url = cable.url
            bus = behind.new()
            assert isinstance(bus, RabbitBus)
            async with Working(bus, db, listener.take):
                await ring(db, 1)
                await until(lambda: listener.has(1))
                silent = bus._consuming._connection
                cable.block()
                await ring(db, 1)
                await until(lambda: bus._consuming._connection is not silent)
                cable.free()
                await until(lambda: listener.has(2))


class TestAMessage:
    async def test_f15_that_is_no_event_ends_among_the_dead_letters_and_its_neighbours_pass(
        self, buses: Buses, db: Database
    ) -> None:
        listener, topology = Listener(), _topology(buses)
        async with Working(buses.new(), db, listener.take):
            await ring(db, 1)
            await until(lambda: listener.has(1))
            async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
                jobs = await channel.get_exchange(topology.jobs, ensure=False)
                for body in (b"\xff\x00 no json", b"{}", b'{"event_id": 7}'):
                    await jobs.publish(aio_pika.Message(body), "listener")
            await ring(db, 10)
            await until(lambda: listener.has(11))

            async def is_buried() -> bool:
                return await left(db, DeadLetter) == 3

            await until(is_buried)

        async with db.transaction() as session:
            letters = (await session.scalars(select(DeadLetter))).all()
        assert {letter.consumer for letter in letters} == {"listener"}
        assert {letter.event_name for letter in letters} == {"unreadable"}
        assert all(letter.error.startswith("no event: ") for letter in letters)

    async def test_f15_that_no_table_takes_is_buried_as_it_came_and_holds_up_no_other(
        self, buses: Buses, db: Database
    ) -> None:
        topology, good = _topology(buses), _envelope(number=0)
        bad = (
            {**good, "payload": {"text": "a\0b"}},
            {**good, "event_version": 70_000},
            {**good, "event_name": "test.\0rang"},
        )
        async with Working(buses.new(), db, Listener().take):
            await ring(db, 1)
            async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
                await topology.declare(channel)
                for each in (*bad, good):
                    headers: HeadersType = {CONSUMER: "listener", ERROR: "Boom\0", ATTEMPT: 6}
                    message = aio_pika.Message(json.dumps(each).encode(), headers=headers)
                    await channel.default_exchange.publish(message, topology.dead)

            async def is_buried() -> bool:
                return await left(db, DeadLetter) == 4

            await until(is_buried)

        async with db.transaction() as session:
            letters = {letter.event_id: letter for letter in await session.scalars(select(DeadLetter))}
        last = letters.pop(EventId(UUID(good["event_id"])))
        assert (last.event_name, last.error, last.attempts) == ("test.rang", "Boom", 6)
        for letter in letters.values():
            assert (letter.consumer, letter.event_name) == ("listener", "unreadable")
            assert json.loads(base64.b64decode(letter.payload["base64"])) in bad

    async def test_waits_for_its_burial_however_often_those_who_bury_die(self, buses: Buses) -> None:
        """RabbitMQ 4 would drop it after 20 times; what is declared here cannot be told from what is there."""
        topology = _topology(buses)
        limit: dict[str, Any] = {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}
        async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
            await topology.declare(channel)
            await channel.declare_queue(topology.dead, durable=True, arguments=limit)

    async def test_f15_r19_that_kills_its_consumer_again_and_again_ends_among_the_dead_letters(
        self, buses: Buses, db: Database
    ) -> None:
        bus, topology = buses.new(), _topology(buses)
        [rung] = await ring(db, 1)
        await drain(db, bus.publish)
        async with await aio_pika.connect(buses.url) as connection:
            for _ in range(DELIVERY_LIMIT + 1):
                async with connection.channel() as dying:
                    queue = await dying.get_queue(topology.queue_of("listener"), ensure=False)
                    await queue.get(timeout=10)
        listener = Listener()
        async with Working(bus, db, listener.take):

            async def is_buried() -> bool:
                return await left(db, DeadLetter) == 1

            await until(is_buried)

        async with db.transaction() as session:
            [letter] = await session.scalars(select(DeadLetter))
        assert (letter.event_id, letter.consumer, letter.attempts) == (rung, "listener", DELIVERY_LIMIT)
        assert listener.taken == []

    async def test_r27_outlives_a_restart_of_the_broker(self, own_rabbitmq: RabbitNode, db: Database) -> None:
        bus, listener = Buses(db, own_rabbitmq.url).new(), Listener()
        rung = await ring(db, 50)
        await drain(db, bus.publish)
        assert await left(db, OutboxRow) == 0

        await asyncio.to_thread(own_rabbitmq.stop)
        await asyncio.to_thread(own_rabbitmq.start)

        async with Working(bus, db, listener.take):
            await until(lambda: listener.has(50))
        assert set(listener.taken) == set(rung)

    async def test_r16_that_cannot_be_routed_is_told_from_its_neighbours_in_one_batch(
        self, buses: Buses, db: Database
    ) -> None:
        rung = await ring(db, 40)
        envelopes = [row.envelope() for row in await _waiting(db)]
        lost = [
            Envelope(EventId(new_id()), "test.lost", 1, new_id(), {}, {}, envelopes[0].created_at) for _ in range(40)
        ]
        mixed = [each for pair in zip(envelopes, lost, strict=True) for each in pair]

        bus, topology = buses.new({"test.rang": ["listener"], "test.lost": ["listener"]}), _topology(buses)
        await bus.publish([])
        async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
            queue = await channel.get_queue(topology.queue_of("listener"), ensure=False)
            await queue.unbind(topology.events, "test.lost")

        failed = await bus.publish(mixed)
        await bus.close()

        assert set(failed) == {envelope.event_id for envelope in lost}
        assert not set(failed) & set(rung)

    async def test_r04_r05_counts_no_failure_while_the_database_is_away(self, buses: Buses, db: Database) -> None:
        """A handler that cannot reach its database fails at once and for long; the message waits, unacknowledged."""
        away, listener = Database.connect("postgresql://nobody@127.0.0.1:1/nowhere"), Listener()
        bus = buses.new(db=away, retry_after=(timedelta(hours=1),) * 5)
        assert isinstance(bus, RabbitBus)

        async def take(envelope: Envelope) -> None:
            async with bus.db.transaction() as session:
                await session.execute(select(1))
            await listener.take(envelope)

        with capture_logs() as lines:
            async with Working(bus, db, take):
                await ring(db, 3)
                await until(lambda: any(line["event"] == "waiting-for-the-database" for line in lines))
                bus.db = db
                await until(lambda: listener.has(3))

    async def test_that_an_operator_queued_for_one_consumer_comes_over_this_bus_too(
        self, buses: Buses, db: Database
    ) -> None:
        listener = Listener()
        [rung] = await ring(db, 1)
        [row] = await _waiting(db)
        async with db.transaction() as session:
            await session.delete(await session.get_one(OutboxRow, row.id))
        await put(db, [row_of("listener", row.envelope(), "")], retry_after=SOON)

        async with Working(buses.new(), db, listener.take):
            await until(lambda: listener.has(1))

        assert listener.taken == [rung]
        assert await left(db, QueueRow) == 0

    async def test_comes_again_with_its_neighbours_where_the_process_died_before_it_said_that_it_was_done(
        self, buses: Buses, db: Database
    ) -> None:
        """F2: killed between commit and acknowledgement; what came twice is for the inbox to absorb."""
        bus, reached = buses.new(), asyncio.Event()
        rung = await ring(db, 10)
        await drain(db, bus.publish)

        async def die(_: Envelope) -> None:
            reached.set()
            await asyncio.Event().wait()

        dying = asyncio.create_task(bus.consume("listener", die, asyncio.Event()))
        await reached.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        await bus.close()

        listener = Listener()
        async with Working(buses.new(), db, listener.take):
            await until(lambda: listener.has(10))
        assert set(listener.taken) == set(rung)


def _envelope(**payload: object) -> dict[str, Any]:
    """Return an event as it looks in a message."""
    who = str(new_id())
    return {
        "event_id": str(new_id()), "event_name": "test.rang", "event_version": 1, "aggregate_id": who,
        "payload": {"who": who, **payload}, "headers": {}, "created_at": "2026-03-01T10:00:00Z",
    }  # fmt: skip


async def _waiting(db: Database) -> list[OutboxRow]:
    async with db.transaction() as session:
        return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
