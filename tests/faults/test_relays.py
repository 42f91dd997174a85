"""Relays that meet: two that believe they own the same events, a failure in a batch, long rows and long queues."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import EventId, new_id
from core.inbox.models import InboxRow
from core.outbox.drain import drain
from core.outbox.envelope import Envelope
from core.outbox.event import Event
from core.outbox.models import PARTITIONS, OutboxRow
from tests.faults.shop import carrying, is_exact, place, rich, until_finished
from tests.workers.buses import Buses, Rang, Working, left, ring, until
from workers.handle import handle
from workers.subscriptions import Reaction, listeners


async def _nothing(_: AsyncSession, __: Event, ___: EventId) -> None:
    pass


class Published:
    """What relays have put on a bus that only remembers it."""

    def __init__(self) -> None:
        self.ids: list[EventId] = []

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        self.ids += [envelope.event_id for envelope in envelopes]
        return {}


class TestTwoRelays:
    async def test_f18_that_own_the_same_partitions_lose_nothing_and_have_it_handled_once_in_order(
        self, db: Database
    ) -> None:
        """The first has lost its connection, and with it its partitions, while it was still publishing."""
        rung = await ring(db, 50, new_id())
        reached, goes_on = asyncio.Event(), asyncio.Event()
        handled: list[int] = []

        async def react(_: AsyncSession, event: Event, __: EventId) -> None:
            assert isinstance(event, Rang)
            handled.append(event.number)

        async def publish(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
            for envelope in envelopes:
                await handle(db, Reaction("listener", (Rang,), react), envelope)
            return {}

        async def publish_late(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
            reached.set()
            await goes_on.wait()
            return await publish(envelopes)

        late = asyncio.create_task(drain(db, publish_late))
        await reached.wait()
        await self._hang_up_on_the_holder(db)
        assert await drain(db, publish) == len(rung)
        goes_on.set()
        with pytest.raises((DBAPIError, InterfaceError)):
            await late

        assert handled == list(range(50))
        assert await left(db, OutboxRow) == 0

    async def _hang_up_on_the_holder(self, db: Database) -> None:
        async with db.transaction() as session:
            others = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            holders = text(f"SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND {others}")
            for pid in list(await session.scalars(holders)):
                await session.execute(select(func.pg_terminate_backend(pid, 5000)))

    async def test_r17_send_each_event_once_where_none_of_them_dies(self, db: Database) -> None:
        for _ in range(20):
            await ring(db, 100)
        published = Published()

        async def relay() -> None:
            idle = 0
            while idle < 3:
                idle = 0 if await drain(db, published.publish) else idle + 1

        await asyncio.gather(*(relay() for _ in range(3)))

        assert len(set(published.ids)) == 2000
        assert len(published.ids) == 2000


class TestABatch:
    async def test_r09_in_which_one_event_fails_leaves_that_one_alone_and_locks_nobody_out(self, db: Database) -> None:
        rung = await ring(db, 100)
        seen: list[EventId] = []

        async def publish(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
            seen.extend(envelope.event_id for envelope in envelopes)
            async with asyncio.timeout(1):  # nobody who emits has to wait for the broker
                await ring(db, 1)
            return {rung[49]: "refused"}

        assert await drain(db, publish) == 99

        assert len(seen) == 100
        async with db.transaction() as session:
            waiting = set(await session.scalars(select(OutboxRow.event_id)))
        assert rung[49] in waiting
        assert not waiting & (set(rung) - {rung[49]})


class TestALongRow:
    async def test_f22_of_a_megabyte_travels_like_any_other(self, every_bus: Buses, db: Database) -> None:
        taken: list[Envelope] = []

        async def take(envelope: Envelope) -> None:
            taken.append(envelope)

        async with Working(every_bus.new(), db, take):
            await ring(db, 1, text="x" * 2**20)
            await ring(db, 5)
            await until(lambda: len(taken) >= 6)

        assert sorted(len(envelope.payload["text"]) for envelope in taken) == [0] * 5 + [2**20]


class TestALongQueue:
    @pytest.mark.slow
    async def test_f22_of_one_thing_lets_an_event_of_another_out_while_it_drains(self, db: Database) -> None:
        """A backlog keeps its order, and what came after it leaves with it; a stuck partition holds nobody back."""
        who, other = (UUID(int=new_id().int // PARTITIONS * PARTITIONS + number) for number in range(2))
        for _ in range(10):
            await ring(db, 1000, who)
        [late] = await ring(db, 1, other)

        async def refuse(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
            return {envelope.event_id: "stuck" for envelope in envelopes if envelope.aggregate_id == who}

        assert await drain(db, refuse) == 0
        await self._put_off(db, "now() + interval '1 hour'")
        assert await drain(db, refuse) == 1
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).where(OutboxRow.event_id == late)) == 0

        await self._put_off(db, "NULL")
        published, loop = Published(), asyncio.get_running_loop()
        began = loop.time()
        while await drain(db, published.publish):
            pass
        assert len(published.ids) == 10_000
        assert 10_000 / (loop.time() - began) >= 400

    async def _put_off(self, db: Database, until: str) -> None:
        async with db.transaction() as session:
            await session.execute(
                text(f"UPDATE messaging.outbox SET not_before = {until} WHERE last_error IS NOT NULL")
            )

    async def test_r08_r18_is_not_worked_off_by_the_ticks_of_a_clock(self, every_bus: Buses, db: Database) -> None:
        """A relay that slept a second between batches of twenty or fifty would need most of a minute for these."""
        buyer = await rich(db)
        for number in range(300):
            await place(db, buyer, number)
        async with carrying(db, every_bus.new(listeners()), relays=2):
            await until_finished(db, within_seconds=20)

        await is_exact(db, buyer, 300)


class TestTheInbox:
    async def test_f2_absorbs_what_comes_five_times_at_once(self, db: Database) -> None:
        await ring(db, 20)
        envelopes: list[Envelope] = []

        async def keep(some: Sequence[Envelope]) -> dict[EventId, str]:
            envelopes.extend(some)
            return {}

        await drain(db, keep)
        reaction = Reaction("listener", (Rang,), _nothing)
        await asyncio.gather(*(handle(db, reaction, each) for each in envelopes * 5))

        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(InboxRow)) == 20
