"""The bus over RabbitMQ: what is confirmed is safe there, and what is acknowledged is done."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

from core.db import Database
from core.ids import EventId
from core.keep_running import Job, is_told_to_end, keep_running
from core.outbox.envelope import Envelope
from core.waiting import Pace, wait_for_bell
from workers.bus.bury import bury
from workers.bus.delivering import Delivering
from workers.bus.handling import handle_all, words_of
from workers.bus.link import BROKEN, GIVEN_UP, Link, is_given_up
from workers.bus.port import RETRY_AFTER, BusAway, Handle, HandleMany, RetryAfter
from workers.bus.queue import handle_queued
from workers.bus.topology import QUEUE_LENGTH_MAX, Topology
from workers.bus.wire import ATTEMPT, CONSUMER, ERROR, ERROR_MAX, attempts_of, envelope_of, message_of

log = structlog.get_logger()
PREFIX = "syncbuy."
PUBLISH_SECONDS = 5.0  # for a batch; the relay holds its partitions meanwhile
RECONNECT_SECONDS = (0.2, 0.5, 1, 2)
QUEUE_POLL_SECONDS = 5.0  # for what an operator sends again
DATABASE_PAUSE_SECONDS = 0.5

Work = Callable[[Delivering], Awaitable[None]]


class RabbitBus:
    """Carries events by way of a broker to consumers in any process; `listeners` says who wants which event."""

    def __init__(
        self,
        db: Database,
        listeners: Mapping[str, Sequence[str]],
        *,
        url: SecretStr,
        prefix: str = PREFIX,
        retry_after: RetryAfter = RETRY_AFTER,
        queue_length_max: int = QUEUE_LENGTH_MAX,
    ) -> None:
        self.db = db
        self.listeners = listeners
        self.topology = Topology(prefix, listeners, retry_after, queue_length_max)
        # Two connections, because a broker that is short of memory stops those that publish.
        self._publishing = Link(url, "syncbuy-publisher", self.topology.declare)
        self._consuming = Link(url, "syncbuy-consumer", self.topology.declare)
        self._channel: AbstractChannel | None = None  # the relay's own

    async def publish(self, envelopes: Sequence[Envelope]) -> dict[EventId, str]:
        """Publish events side by side, and return those that the broker refused or that would reach nobody.

        :raises BusAway: if the connection broke or the broker does not answer; what became of them is unknown.
        """
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                channel = await self._publisher()
                outcomes = await asyncio.gather(
                    *(self._publish_one(channel, envelope) for envelope in envelopes), return_exceptions=True
                )
        except GIVEN_UP as failure:
            if is_told_to_end(failure):
                raise
            await self._give_up(failure)
        failed: dict[EventId, str] = {}
        for envelope, outcome in zip(envelopes, outcomes, strict=True):
            if isinstance(outcome, DeliveryError):
                failed[envelope.event_id] = f"{type(outcome).__name__}: {envelope.event_name} was not taken"
            elif isinstance(outcome, BaseException):
                await self._give_up(outcome)
        return failed

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Handle what the broker brings for a consumer, and what stands in the database's queue for it."""
        async with asyncio.TaskGroup() as group:
            # On its own feet, so that a database that is away costs no message one of its deliveries.
            again = partial(self._consume_queue, consumer, handle, handle_many, stopping)
            group.create_task(keep_running(f"{consumer}-queue", again, stopping))
            work = partial(self._work_off, consumer, handle, handle_many, stopping)
            await self._connected(self.topology.queue_of(consumer), work, stopping)

    def chores(self, stopping: asyncio.Event) -> dict[str, Job]:
        """Return the burial: what ends in the dead queue becomes a dead letter for people to see."""
        dead = self.topology.dead
        return {"dead-letters": lambda: self._connected(dead, partial(self._bury, stopping), stopping)}

    async def close(self) -> None:
        """Close the connections."""
        await self._publishing.forget()
        await self._consuming.forget()

    async def _publisher(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            self._channel = await self._publishing.channel()
        return self._channel

    async def _publish_one(self, channel: AbstractChannel, envelope: Envelope) -> None:
        exchange = await channel.get_exchange(self.topology.events, ensure=False)
        # A fact that nobody here listens to may reach nobody.
        mandatory = bool(self.listeners.get(envelope.event_name))
        await exchange.publish(message_of(envelope), envelope.event_name, mandatory=mandatory)

    async def _give_up(self, failure: BaseException) -> None:
        """Forget the connection, for what is under way on it is unknown."""
        self._channel = None
        with contextlib.suppress(*BROKEN):
            await self._publishing.forget()
        raise BusAway(f"{type(failure).__name__}: {failure}") from failure

    async def _consume_queue(
        self, consumer: str, handle: Handle, handle_many: HandleMany | None, stopping: asyncio.Event
    ) -> None:
        never, pace = asyncio.Event(), Pace(busy_seconds=QUEUE_POLL_SECONDS)
        while not stopping.is_set():
            retry_after = self.topology.retry_after
            if not await handle_queued(self.db, consumer, handle, handle_many, retry_after=retry_after):
                await wait_for_bell(never, stopping, seconds=pace.seconds())

    async def _connected(self, queue: str, work: Work, stopping: asyncio.Event) -> None:
        """Let `work` have the messages of a queue, over a new connection each time that one breaks."""
        failures = 0
        while not stopping.is_set():
            try:
                async with Delivering(self._consuming, queue, stopping) as messages:
                    failures = 0
                    await work(messages)
            except (Exception, asyncio.CancelledError) as failure:
                if is_told_to_end(failure) or not is_given_up(failure):
                    raise
                pause = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                log.warning("broker-away", queue=queue, error=f"{type(failure).__name__}: {failure}")
                await wait_for_bell(asyncio.Event(), stopping, seconds=pause)

    async def _work_off(
        self,
        consumer: str,
        handle: Handle,
        handle_many: HandleMany | None,
        stopping: asyncio.Event,
        messages: Delivering,
    ) -> None:
        while batch := await messages.next():
            readable: dict[EventId, tuple[AbstractIncomingMessage, Envelope]] = {}
            repeated = []
            for message in batch:
                try:
                    envelope = envelope_of(message)
                except ValidationError as failure:
                    error = words_of(failure)
                    log.error("unreadable-message", consumer=consumer, message_id=message.message_id, error=error)  # noqa: TRY400 -- its traceback repeats what was sent
                    await message.reject(requeue=False)
                    continue
                if envelope.event_id in readable:
                    repeated.append(message)
                else:
                    readable[envelope.event_id] = (message, envelope)
            # What came back is handled alone: it may be what broke its neighbours before.
            fresh = not any(message.redelivered or attempts_of(message) for message, _ in readable.values())
            envelopes = [envelope for _, envelope in readable.values()]
            failures = await self._handle(consumer, envelopes, handle, handle_many if fresh else None, stopping)
            if failures is None:
                return  # it is time to stop, and the broker gives them to somebody else
            for event_id, error in failures.items():
                await self._put_off(messages.channel, consumer, *readable[event_id], error)
            for message in [*(message for message, _ in readable.values()), *repeated]:
                await message.ack()

    async def _handle(
        self,
        consumer: str,
        envelopes: Sequence[Envelope],
        handle: Handle,
        handle_many: HandleMany | None,
        stopping: asyncio.Event,
    ) -> dict[EventId, str] | None:
        """Return what went wrong with which event; while the database is away, that is none's fault: they wait."""
        while True:
            failures = await handle_all(consumer, envelopes, handle, handle_many)
            if not failures or await self._is_database_there():
                return failures
            if not await self._database_is_back(stopping):
                return None

    async def _database_is_back(self, stopping: asyncio.Event) -> bool:
        """Wait for the database, and return whether it is there; it is not when it is time to stop before."""
        is_told = False
        while not await self._is_database_there():
            if stopping.is_set():
                return False
            if not is_told:
                log.warning("waiting-for-the-database")
                is_told = True
            await wait_for_bell(asyncio.Event(), stopping, seconds=DATABASE_PAUSE_SECONDS)
        return True

    async def _is_database_there(self) -> bool:
        try:
            async with self.db.transaction() as session:
                await session.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 -- whatever it is, nobody could work with it
            return False
        return True

    async def _put_off(
        self, channel: AbstractChannel, consumer: str, message: AbstractIncomingMessage, envelope: Envelope, error: str
    ) -> None:
        """Let a message wait for its next try, or end; only then may the one that failed be acknowledged."""
        attempts = attempts_of(message) + 1
        told: dict[str, str | int] = {ATTEMPT: attempts, CONSUMER: consumer, ERROR: error[:ERROR_MAX]}
        copy = message_of(envelope, **told)
        if attempts <= len(self.topology.retry_after):
            waiting = await channel.get_exchange(self.topology.retry(attempts), ensure=False)
            await waiting.publish(copy, consumer)
        else:
            await channel.default_exchange.publish(copy, self.topology.dead)

    async def _bury(self, stopping: asyncio.Event, messages: Delivering) -> None:
        while batch := await messages.next():
            for message in batch:
                if not await self._database_is_back(stopping):
                    return
                await bury(self.db, self.topology, message)
                await message.ack()
