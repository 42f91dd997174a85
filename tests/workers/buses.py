"""Buses to test: every adapter of the port behind one way to make it, with its own names at the broker."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

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
from workers.bus.port import Bus, HandleMany
from workers.bus.rabbit import RabbitBus
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
        self._url = rabbitmq_url
        self.prefix = f"test.{new_id()}."

    def new(
        self,
        listeners: dict[str, list[str]] | None = None,
        *,
        db: Database | None = None,
        retry_after: Sequence[timedelta] = SOON,
    ) -> Bus:
        """Return a bus as another process would have it."""
        listeners, db = listeners or LISTENERS, db or self.db
        if self._url is None:
            return LocalBus(db, listeners, retry_after=retry_after)
        return RabbitBus(db, listeners, url=SecretStr(self._url), prefix=self.prefix, retry_after=retry_after)


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
