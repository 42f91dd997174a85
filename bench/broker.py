"""Bare aio-pika on a throwaway broker: what publishing, and consuming, cost where nothing else is done."""

import asyncio
import time

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from core.outbox.envelope import Envelope
from workers.bus.wire import message_of

QUEUE = "bare"
AT_ONCE = 100  # confirms that are awaited together
PREFETCH = 50


async def publish(url: str, envelope: Envelope, count: int) -> float:
    """Publish an event so many times, each confirmed as safe in a quorum queue, and return how many a second."""
    async with await aio_pika.connect(url) as connection, connection.channel(publisher_confirms=True) as channel:
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.purge()
        began = time.perf_counter()
        for begin in range(0, count, AT_ONCE):
            some = range(begin, min(begin + AT_ONCE, count))
            await asyncio.gather(*(channel.default_exchange.publish(message_of(envelope), QUEUE) for _ in some))
        return count / (time.perf_counter() - began)


async def consume(url: str, count: int) -> float:
    """Consume so many messages of those that `publish` has left, acknowledging each, and return how many a second."""
    consumed, done = 0, asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        nonlocal consumed
        await message.ack()
        consumed += 1
        if consumed == count:
            done.set()

    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        await channel.set_qos(PREFETCH)
        queue = await channel.get_queue(QUEUE, ensure=False)
        began = time.perf_counter()
        await queue.consume(take)
        await done.wait()
        return count / (time.perf_counter() - began)
