"""While a deployment rolls, two versions of the product share one outbox and one bus: each event finds who knows it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import EventId, new_id
from core.outbox import drain as draining
from core.outbox.drain import drain
from core.outbox.emit import emit
from core.outbox.envelope import Envelope
from core.outbox.event import Event
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from tests.builders import NOW
from tests.workers.buses import Buses, Rang, left, until
from workers.bus import local
from workers.handle import NewerVersion, handle, handle_many
from workers.relay import run_relay
from workers.subscriptions import Reaction


class Sang(Event):
    """A test sang: a fact that only the newer version knows."""

    name: ClassVar[str] = "test.sang"
    aggregate: ClassVar[str] = "who"
    who: UUID


class Version:
    """A relay and a consumer of one version of the product, which knows some events, for as long as the block lasts."""

    def __init__(self, buses: Buses, *events: type[Event]) -> None:
        self.db, self.stopping, self.handled = buses.db, asyncio.Event(), list[tuple[str, EventId]]()
        self.known = {event.name for event in events}
        self.put_off: list[EventId] = []
        # So long that a deployment is over before the last try: the broker brings an event to either version.
        patience = (timedelta(milliseconds=50),) * 200
        self.bus = buses.new({name: ["listener"] for name in self.known}, retry_after=patience)
        self.reaction = Reaction("listener", events, self._react)

    async def __aenter__(self) -> "Version":
        many = partial(handle_many, self.db, self.reaction)
        self.tasks = [
            asyncio.ensure_future(job)
            for job in (
                run_relay(self.db, self.bus, self.stopping, known=self.known),
                self.bus.consume("listener", self._handle, self.stopping, handle_many=many),
                *(chore() for chore in self.bus.chores(self.stopping).values()),
            )
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stopping.set()
        await asyncio.gather(*self.tasks)
        await self.bus.close()

    async def _handle(self, envelope: Envelope) -> None:
        try:
            await handle(self.db, self.reaction, envelope)
        except NewerVersion:
            self.put_off.append(envelope.event_id)
            raise

    async def _react(self, _: AsyncSession, event: Event, event_id: EventId) -> None:
        self.handled.append((event.name, event_id))


async def _tell(db: Database, *events: Event) -> list[EventId]:
    async with db.transaction() as session:
        return [emit(session, event) for event in events]


async def _publish_all(db: Database, known: Sequence[type[Event]]) -> list[EventId]:
    published: list[EventId] = []

    async def publish(envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        published.extend(envelope.event_id for envelope in envelopes)
        return {}

    while await drain(db, publish, known={event.name for event in known}):
        pass
    return published


class TestTwoVersions:
    async def test_f20_consume_between_them_what_either_emits(
        self, buses: Buses, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local, "POLL_SECONDS", 0.05)
        told: list[EventId] = []
        async with Version(buses, Rang) as old:
            told += await _tell(db, *(event(who=new_id()) for _ in range(40) for event in (Rang, Sang)))
            await until(lambda: len(old.handled) == 40)
            async with Version(buses, Rang, Sang) as new:
                for _ in range(5):
                    told += await _tell(db, *(event(who=new_id()) for _ in range(20) for event in (Rang, Sang)))
                handled = partial(_handled, old, new)
                await until(lambda: len(handled()) == len(told))

        assert sorted(event_id for _, event_id in handled()) == sorted(told)
        assert {name for name, _ in old.handled} == {"test.rang"}
        assert (await left(db, OutboxRow), await left(db, QueueRow), await left(db, DeadLetter)) == (0, 0, 0)

    async def test_put_off_what_the_newer_one_queued_and_the_older_one_took(
        self, buses: Buses, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local, "POLL_SECONDS", 0.05)
        newer = buses.new({"test.sang": ["listener"]})
        event_id = EventId(new_id())
        payload = {"who": str(new_id())}
        assert await newer.publish([Envelope(event_id, "test.sang", 1, new_id(), payload, {}, NOW)]) == {}

        async with Version(buses, Rang) as old:
            await until(lambda: event_id in old.put_off)
            async with Version(buses, Rang, Sang) as new:
                await until(lambda: bool(new.handled))
        await newer.close()

        assert (old.handled, new.handled) == ([], [("test.sang", event_id)])


def _handled(*versions: Version) -> list[tuple[str, EventId]]:
    return [each for version in versions for each in version.handled]


class TestARelay:
    async def test_leaves_what_it_does_not_know_and_what_comes_after_it(self, db: Database) -> None:
        who = new_id()
        before, unknown, behind, other = await _tell(
            db, Rang(who=who), Sang(who=who), Rang(who=who), Rang(who=new_id())
        )

        assert await _publish_all(db, [Rang]) == [before, other]
        assert await _publish_all(db, [Rang, Sang]) == [unknown, behind]

    async def test_is_not_held_up_by_however_much_it_does_not_know(self, db: Database) -> None:
        await _tell(db, *(Sang(who=new_id()) for _ in range(draining.BATCH + 50)))
        [known] = await _tell(db, Rang(who=new_id()))

        assert await _publish_all(db, [Rang]) == [known]
        assert await left(db, OutboxRow) == draining.BATCH + 50

    async def test_puts_aside_what_nobody_has_known_for_long(self, db: Database) -> None:
        who = new_id()
        _, behind = await _tell(db, Sang(who=who), Rang(who=who))
        async with db.transaction() as session:
            old = OutboxRow.created_at - draining.UNKNOWN_PATIENCE
            await session.execute(update(OutboxRow).where(OutboxRow.event_name == "test.sang").values(created_at=old))

        assert await _publish_all(db, [Rang]) == [behind]
        async with db.transaction() as session:
            [letter] = await session.scalars(select(DeadLetter))
        assert (letter.consumer, letter.error) == ("relay", "nobody who runs here knows test.sang")
