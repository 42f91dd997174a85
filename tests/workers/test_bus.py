"""The bus, the relay that feeds it, and what becomes of events that cannot be handled."""

import asyncio

import pytest
from sqlalchemy import delete, func, select, update

from core.db import Database
from core.ids import EventId, new_id
from core.inbox.models import InboxRow
from core.inbox.once import once
from core.outbox.drain import drain
from core.outbox.emit import emit
from core.outbox.envelope import Envelope
from core.outbox.event import Event
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from tests.builders import NOW
from tests.workers.buses import LISTENERS, Buses, Rang, Working, left, ring, until
from workers.bus import local
from workers.bus.handling import handle_all
from workers.bus.local import LocalBus
from workers.handle import NewerVersion, handle, handle_many
from workers.subscriptions import Reaction


class TestTheBus:
    async def test_brings_every_event_in_the_order_of_its_aggregate(self, buses: Buses, db: Database) -> None:
        who, taken = new_id(), list[int]()

        async def take(envelope: Envelope) -> None:
            taken.append(envelope.payload["number"])

        async with Working(buses.new(), db, take):
            await ring(db, 250, who)
            await until(lambda: len(taken) == 250)

        assert taken == list(range(250))
        assert (await left(db, OutboxRow), await left(db, QueueRow)) == (0, 0)

    async def test_brings_nothing_of_a_transaction_that_was_rolled_back(self, db: Database) -> None:
        with pytest.raises(RuntimeError):
            async with db.transaction() as session:
                emit(session, Rang(who=new_id()))
                await session.flush()
                raise RuntimeError

        assert await left(db, OutboxRow) == 0

    async def test_shares_events_among_consumers_without_doubling_any(self, buses: Buses, db: Database) -> None:
        taken: list[EventId] = []

        async def take(envelope: Envelope) -> None:
            await asyncio.sleep(0)
            taken.append(envelope.event_id)

        async with Working(buses.new(), db, take, consumers=3):
            rung = await ring(db, 300)
            await until(lambda: len(taken) >= 300)

        assert sorted(taken) == sorted(rung)

    async def test_tries_again_later_and_lets_neighbours_pass(
        self, buses: Buses, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local, "POLL_SECONDS", 0.05)
        attempts: dict[int, int] = {}

        async def take(envelope: Envelope) -> None:
            number = envelope.payload["number"]
            attempts[number] = attempts.get(number, 0) + 1
            if number == 0 and attempts[number] < 3:
                raise RuntimeError("not yet")

        async with Working(buses.new(), db, take):
            await ring(db, 5)
            await until(lambda: attempts.get(0) == 3 and len(attempts) == 5)

        assert attempts == {0: 3, 1: 1, 2: 1, 3: 1, 4: 1}
        assert await left(db, DeadLetter) == 0

    async def test_keeps_what_cannot_be_handled_as_a_dead_letter(
        self, buses: Buses, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local, "POLL_SECONDS", 0.05)
        attempts = 0

        async def take(_: Envelope) -> None:
            nonlocal attempts
            attempts += 1
            raise RuntimeError("never")

        async with Working(buses.new(), db, take):
            await ring(db, 1)
            async with asyncio.timeout(15):
                while not await left(db, DeadLetter):
                    await asyncio.sleep(0.02)

        async with db.transaction() as session:
            [letter] = await session.scalars(select(DeadLetter))
        assert (letter.consumer, letter.error, letter.attempts) == ("listener", "RuntimeError: never", 6)
        assert attempts == 6
        assert await left(db, QueueRow) == 0

    async def test_gives_back_what_a_consumer_that_died_was_handling(self, buses: Buses, db: Database) -> None:
        reached, taken = asyncio.Event(), list[EventId]()

        async def die(_: Envelope) -> None:
            reached.set()
            await asyncio.Event().wait()

        bus = buses.new()
        [rung] = await ring(db, 1)
        await drain(db, bus.publish)
        dying = asyncio.create_task(bus.consume("listener", die, asyncio.Event()))
        await reached.wait()
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)

        async def take(envelope: Envelope) -> None:
            taken.append(envelope.event_id)

        async with Working(buses.new(), db, take):
            await until(lambda: bool(taken))
        assert taken == [rung]


class TestTheRelay:
    async def test_publishes_again_what_it_could_not_delete(self, db: Database) -> None:
        await ring(db, 3)
        published: list[EventId] = []

        async def publish_and_die(envelopes: object) -> dict[EventId, str]:
            published.extend(envelope.event_id for envelope in envelopes)  # type: ignore[attr-defined]
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await drain(db, publish_and_die)
        bus = LocalBus(db, LISTENERS)
        assert await drain(db, bus.publish) == 3
        await bus.publish([])

        assert len(published) == 3
        assert (await left(db, OutboxRow), await left(db, QueueRow)) == (0, 3)

    async def test_shares_partitions_with_another_relay(self, db: Database) -> None:
        await ring(db, 400)
        bus = LocalBus(db, LISTENERS)

        drained = await asyncio.gather(*(drain(db, bus.publish) for _ in range(4)))
        while await drain(db, bus.publish):
            pass

        assert sum(drained) <= 400
        assert (await left(db, OutboxRow), await left(db, QueueRow)) == (0, 400)

    async def test_holds_back_what_comes_after_a_failure_of_its_partition(self, db: Database) -> None:
        who = new_id()
        first, *rest = await ring(db, 3, who)

        async def fail_first(envelopes: object) -> dict[EventId, str]:
            return {envelope.event_id: "broken" for envelope in envelopes}  # type: ignore[attr-defined]

        assert await drain(db, fail_first) == 0
        published: list[EventId] = []

        async def publish(envelopes: object) -> dict[EventId, str]:
            published.extend(envelope.event_id for envelope in envelopes)  # type: ignore[attr-defined]
            return {}

        assert await drain(db, publish) == 0
        async with db.transaction() as session:
            await session.execute(update(OutboxRow).values(not_before=None))
        await drain(db, publish)
        assert published == [first, *rest]

    async def test_puts_a_row_aside_that_fails_ten_times(self, db: Database) -> None:
        await ring(db, 1)

        async def fail(envelopes: object) -> dict[EventId, str]:
            return {envelope.event_id: "broken" for envelope in envelopes}  # type: ignore[attr-defined]

        for _ in range(10):
            async with db.transaction() as session:
                await session.execute(update(OutboxRow).values(not_before=None))
            await drain(db, fail)

        assert (await left(db, OutboxRow), await left(db, DeadLetter)) == (0, 1)


class TestHandle:
    async def test_lets_a_reaction_work_once_however_often_the_event_comes(self, db: Database) -> None:
        worked = 0

        async def react(*_: object) -> None:
            nonlocal worked
            worked += 1

        envelope = _envelope({"who": str(new_id())})
        await asyncio.gather(*(handle(db, Reaction("r", (Rang,), react), envelope) for _ in range(20)))

        assert worked == 1

    async def test_works_again_where_the_first_try_was_rolled_back(self, db: Database) -> None:
        tries = 0

        async def react(*_: object) -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise RuntimeError

        envelope, reaction = _envelope({"who": str(new_id())}), Reaction("r", (Rang,), react)
        with pytest.raises(RuntimeError):
            await handle(db, reaction, envelope)
        await handle(db, reaction, envelope)

        assert tries == 2

    async def test_reads_over_fields_that_a_newer_publisher_added(self, db: Database) -> None:
        seen: list[Event] = []

        async def react(_: object, event: Event, __: object) -> None:
            seen.append(event)

        payload = {"who": str(new_id()), "number": 7, "mood": "new"}
        await handle(db, Reaction("r", (Rang,), react), _envelope(payload))

        assert isinstance(seen[0], Rang)
        assert seen[0].number == 7

    async def test_waits_for_the_deployment_that_knows_a_newer_version(self, db: Database) -> None:
        async def react(*_: object) -> None:
            raise AssertionError

        with pytest.raises(NewerVersion):
            await handle(db, Reaction("r", (Rang,), react), _envelope({"who": str(new_id())}, version=2))

    @pytest.mark.parametrize("name", ["test.unheard_of", "purchase.opened"])
    async def test_waits_for_the_deployment_that_listens_to_an_event(self, db: Database, name: str) -> None:
        async def react(*_: object) -> None:
            raise AssertionError

        reaction = Reaction("r", (Rang,), react)
        with pytest.raises(NewerVersion):
            await handle(db, reaction, _envelope({}, name=name))
        with pytest.raises(NewerVersion):
            await handle_many(db, reaction, [_envelope({}, name=name)])

    async def test_says_what_is_wrong_with_an_event_without_repeating_it(self) -> None:
        async def read(envelope: Envelope) -> None:
            Rang.model_validate(envelope.payload)

        envelope = _envelope({"who": "4276 1234"})
        failures = await handle_all("listener", [envelope], read, None)

        assert failures[envelope.event_id].startswith("ValidationError: Input should be a valid UUID")
        assert "4276" not in failures[envelope.event_id]


def _envelope(payload: dict[str, object], *, version: int = 1, name: str = "test.rang") -> Envelope:
    return Envelope(EventId(new_id()), name, version, new_id(), payload, {}, NOW)


class TestOnce:
    async def test_waits_for_the_first_and_takes_over_if_it_fails(self, db: Database) -> None:
        began, worked = asyncio.Event(), list[str]()

        async def fail() -> None:
            async with once(db, "test", "1") as session:
                assert session is not None
                began.set()
                await asyncio.sleep(0.1)
                raise RuntimeError

        async def work() -> None:
            await began.wait()
            async with once(db, "test", "1") as session:
                worked.append("took over" if session is not None else "stayed out")

        await asyncio.gather(fail(), work(), return_exceptions=True)

        assert worked == ["took over"]

    async def test_knows_messages_by_their_source(self, db: Database) -> None:
        for source in ("one", "other"):
            async with once(db, source, "1") as session:
                assert session is not None

        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(InboxRow)) == 2
            await session.execute(delete(InboxRow))
