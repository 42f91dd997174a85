"""Buses to test: every adapter of the port behind one way to make it, with its own names at the broker."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

import aio_pika
from pydantic import SecretStr
from sqlalchemy import func, select

from core.db import Database
from core.ids import EventId, new_id
from core.keep_running import Job
from core.outbox.emit import emit
from core.outbox.envelope import Envelope
from core.outbox.event import Event
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from workers.bus.local import LocalBus
from workers.bus.port import RETRY_AFTER, Bus, HandleMany
from workers.bus.rabbit import RabbitBus
from workers.bus.topology import QUEUE_LENGTH_MAX, Topology
from workers.run import relay_jobs

SOON = (timedelta(milliseconds=50),) * 5


class Rang(Event):
    """A test rang."""

    name: ClassVar[str] = "test.rang"
    aggregate: ClassVar[str] = "who"
    who: UUID
    number: int = 0
    text: str = ""


LISTENERS = {"test.rang": ["listener"]}


class Buses:
    """Makes buses of one kind that carry the same events."""

    def __init__(self, db: Database, rabbitmq_url: str | None) -> None:
        self.db = db
        self.url = rabbitmq_url or ""
        self.prefix = f"test.{new_id()}."

    def new(
        self,
        listeners: dict[str, list[str]] | None = None,
        *,
        db: Database | None = None,
        retry_after: Sequence[timedelta] = SOON,
        queue_length_max: int = QUEUE_LENGTH_MAX,
    ) -> Bus:
        """Return a bus as another process would have it."""
        listeners, db = listeners or LISTENERS, db or self.db
        if not self.url:
            return LocalBus(db, listeners, retry_after=retry_after)
        return RabbitBus(
            db,
            listeners,
            url=SecretStr(self.url),
            prefix=self.prefix,
            retry_after=retry_after,
            queue_length_max=queue_length_max,
        )

    async def forget(self) -> None:
        """Leave nothing at the broker."""
        if self.url:
            await forget(self.url, self.prefix)


async def forget(url: str, prefix: str, listeners: Mapping[str, Sequence[str]] = MappingProxyType(LISTENERS)) -> None:
    """Delete what a bus has declared at a broker that others still need."""
    topology = Topology(prefix, listeners, RETRY_AFTER)
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        for name in [topology.dead, *map(topology.queue_of, topology.consumers)]:
            await channel.queue_delete(name)
        for retry_after in (SOON, RETRY_AFTER):
            of_these = Topology(prefix, listeners, retry_after)
            for attempts in range(1, len(retry_after) + 1):
                await channel.queue_delete(of_these.retry(attempts))
                await channel.exchange_delete(of_these.retry(attempts))
        for name in (topology.events, topology.jobs):
            await channel.exchange_delete(name)


class Working:
    """A relay and some consumers of a bus, for as long as the block lasts."""

    def __init__(
        self,
        bus: Bus,
        db: Database,
        take: Callable[[Envelope], Awaitable[None]],
        *,
        consumers: int = 1,
        take_many: HandleMany | None = None,
    ) -> None:
        self.bus, self.stopping = bus, asyncio.Event()
        consume = partial(bus.consume, "listener", take, self.stopping, handle_many=take_many)
        self._jobs: list[Job] = [*relay_jobs(db, bus, self.stopping).values(), *([consume] * consumers)]

    async def __aenter__(self) -> "Working":
        self.tasks = [asyncio.ensure_future(job()) for job in self._jobs]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stopping.set()
        await asyncio.gather(*self.tasks)
        await self.bus.close()


async def ring(db: Database, count: int, who: UUID | None = None, *, text: str = "") -> list[EventId]:
    """Emit so many events in one transaction, of one aggregate if it is given."""
    async with db.transaction() as session:
        return [emit(session, Rang(who=who or new_id(), number=number, text=text)) for number in range(count)]


async def left(db: Database, table: type[OutboxRow | QueueRow | DeadLetter]) -> int:
    """Return how many rows a table has."""
    async with db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def until(check: Callable[[], bool | Awaitable[bool]], *, within_seconds: float = 30) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(within_seconds):
        while True:
            found = check()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)
