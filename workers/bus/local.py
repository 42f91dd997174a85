"""The bus that needs no broker: straight to the consumers of this process, and a durable queue for the rest."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.db import Database
from core.ids import EventId
from core.keep_running import Job
from core.outbox.envelope import Envelope
from core.waiting import Pace, wait_for_bell
from workers.bus.handling import handle_all
from workers.bus.port import RETRY_AFTER, Handle, HandleMany, RetryAfter
from workers.bus.queue import handle_queued, put, row_of

POLL_SECONDS = 1.0  # finds what other processes queued, and what is due again
PATIENCE_SECONDS = 10.0  # with a consumer of this process, before its events are queued for later


@dataclass(frozen=True, slots=True)
class Handing:
    """Events that the relay hands to a consumer, and what went wrong with those that it could not handle."""

    envelopes: Sequence[Envelope]
    failures: asyncio.Future[dict[EventId, str]]


class LocalBus:
    """Hands events over to the consumers of this process; `listeners` says which consumers want which event.

    Until an event is handled it stays in the outbox, so a process that dies loses none. What fails, and what is for a
    consumer that runs elsewhere, goes to a queue in the database.
    """

    def __init__(
        self, db: Database, listeners: Mapping[str, Sequence[str]], *, retry_after: RetryAfter = RETRY_AFTER
    ) -> None:
        self.db = db
        self._retry_after = retry_after
        self.listeners = listeners
        self._desks: defaultdict[str, asyncio.Queue[Handing]] = defaultdict(asyncio.Queue)
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._serving: Counter[str] = Counter()
        self._queued: set[str] = set()  # consumers for whom this process has queued something

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Return when every event is handled by each of its listeners, or queued for it; again changes nothing."""
        wanted: defaultdict[str, list[Envelope]] = defaultdict(list)
        for envelope in envelopes:
            for consumer in self.listeners.get(envelope.event_name, ()):
                wanted[consumer].append(envelope)
        outcomes = await asyncio.gather(*(self._hand_over(consumer, some) for consumer, some in wanted.items()))
        rows = [row for some in outcomes for row in some]
        if rows:
            await put(self.db, rows, retry_after=self._retry_after)
            for consumer in {row["consumer"] for row in rows}:
                self._queued.add(consumer)
                self._bells[consumer].set()
        return {}

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Handle what is handed over and what is queued for one consumer, in the order of each aggregate's events."""
        bell, desk, pace = self._bells[consumer], self._desks[consumer], Pace(busy_seconds=POLL_SECONDS)
        self._serving[consumer] += 1
        self._queued.add(consumer)
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        try:
            while not stopping.is_set():
                bell.clear()
                if not desk.empty():
                    await _take(consumer, desk.get_nowait(), handle, handle_many)
                    pace.worked()
                elif consumer not in self._queued and loop.time() < look_at:
                    await wait_for_bell(bell, stopping, seconds=look_at - loop.time())
                    continue
                if consumer in self._queued or loop.time() >= look_at:
                    # Put away before the look, so that what is queued during it is looked for again.
                    self._queued.discard(consumer)
                    if await handle_queued(self.db, consumer, handle, handle_many, retry_after=self._retry_after):
                        self._queued.add(consumer)
                        pace.worked()
                    look_at = loop.time() + pace.seconds()
        finally:
            self._serving[consumer] -= 1
            while not self._serving[consumer] and not desk.empty():
                handing = desk.get_nowait()
                _answer(handing, dict.fromkeys((envelope.event_id for envelope in handing.envelopes), ""))

    def chores(self, stopping: asyncio.Event) -> dict[str, Job]:  # noqa: ARG002 -- as every bus
        """Return nothing: the consumers do it all."""
        return {}

    async def close(self) -> None:
        """Do nothing: what it holds is in the database."""

    async def _hand_over(self, consumer: str, envelopes: Sequence[Envelope]) -> list[dict[str, Any]]:
        """Let a consumer of this process handle events, and return the queue rows of those that it did not."""
        if not self._serving[consumer]:
            return [row_of(consumer, envelope, "") for envelope in envelopes]
        handing = Handing(envelopes, asyncio.get_running_loop().create_future())
        self._desks[consumer].put_nowait(handing)
        self._bells[consumer].set()
        try:
            failures = await asyncio.wait_for(asyncio.shield(handing.failures), PATIENCE_SECONDS)
        except TimeoutError:
            # It may still be handled: the consumer's inbox makes the second time nothing.
            failures = dict.fromkeys((envelope.event_id for envelope in envelopes), "")
        by_id = {envelope.event_id: envelope for envelope in envelopes}
        return [row_of(consumer, by_id[event_id], error) for event_id, error in failures.items()]


async def _take(consumer: str, handing: Handing, handle: Handle, handle_many: HandleMany | None) -> None:
    failures = dict.fromkeys((envelope.event_id for envelope in handing.envelopes), "")
    try:
        failures = await handle_all(consumer, handing.envelopes, handle, handle_many)
    finally:  # a consumer that dies in the middle leaves all of them to the queue
        _answer(handing, failures)


def _answer(handing: Handing, failures: dict[EventId, str]) -> None:
    if not handing.failures.done():
        handing.failures.set_result(failures)
