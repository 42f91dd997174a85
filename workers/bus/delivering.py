"""The messages of one queue, for as long as its connection holds."""

import asyncio
import contextlib
from collections import deque
from typing import Self

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import ChannelNotFoundEntity

from core.telemetry.measures import REDELIVERED
from core.waiting import wait_for_bell
from workers.bus.link import BROKEN, CONNECT_SECONDS, Link

PREFETCH = 50
LOOK_SECONDS = 10.0  # who hears nothing looks whether the queue is still there


class Delivering:
    """Messages that the broker delivers on a channel of their own; what is not acknowledged at the end comes again."""

    channel: AbstractChannel

    def __init__(self, link: Link, queue: str, stopping: asyncio.Event) -> None:
        self._link, self._queue, self._stopping = link, queue, stopping
        self._arrived = deque[AbstractIncomingMessage]()
        self._bell = asyncio.Event()
        self._is_canceled = False  # by the broker, as where the queue was deleted

    async def __aenter__(self) -> Self:
        self.channel = await self._link.channel()
        self.channel.close_callbacks.add(lambda *_: self._bell.set())
        (await self.channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self._cancel)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self.channel.set_qos(PREFETCH)
                queue = await self.channel.get_queue(self._queue, ensure=False)
                await queue.consume(self._arrive)
        except ChannelNotFoundEntity:
            await self._link.forget()  # and declare everything anew
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(*BROKEN):
            await self.channel.close()

    async def next(self) -> list[AbstractIncomingMessage]:
        """Return the messages that wait together, the first to come if none does; none when it is time to stop.

        :raises ConnectionError, AMQPError: if no more will come over this connection.
        """
        while True:
            self._bell.clear()
            if self._stopping.is_set():
                return []
            if self.channel.is_closed:
                raise ConnectionError(f"the channel of {self._queue} is closed")
            if self._is_canceled:  # others may consume it still
                raise ConnectionError(f"the broker canceled the consumer of {self._queue}")
            if self._arrived:
                batch = list(self._arrived)
                self._arrived.clear()
                return batch
            await wait_for_bell(self._bell, self._stopping, seconds=LOOK_SECONDS)
            if not self._bell.is_set() and not self._stopping.is_set():
                await self._look()

    async def _arrive(self, message: AbstractIncomingMessage) -> None:
        if message.redelivered:
            REDELIVERED.labels(self._queue).inc()
        self._arrived.append(message)
        self._bell.set()

    def _cancel(self, _: object) -> None:
        self._is_canceled = True
        self._bell.set()

    async def _look(self) -> None:
        """Find out whether the queue is still there and still ours: a broker says goodbye to nobody in some cases.

        :raises ConnectionError, AMQPError: if it is not.
        """
        try:
            queue = await self.channel.declare_queue(self._queue, passive=True, timeout=CONNECT_SECONDS)
        except ChannelNotFoundEntity:
            await self._link.forget()
            raise
        if not queue.declaration_result.consumer_count:
            raise ConnectionError(f"nobody consumes {self._queue} any more")
