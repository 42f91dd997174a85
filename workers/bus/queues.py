"""What waits in the queues at the broker, for whoever watches over them."""

import asyncio
from dataclasses import dataclass

import aio_pika
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr

from workers.bus.link import CONNECT_SECONDS
from workers.bus.topology import Topology


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages of a queue are with nobody, and how many consume it."""

    name: str
    messages: int
    consumers: int


async def read_queues(url: SecretStr, topology: Topology) -> list[Queue]:
    """Return what waits for each consumer and for its burial; a queue that was never declared is left out.

    :raises AMQPError, OSError, TimeoutError: if the broker does not answer.
    """
    found = []
    async with asyncio.timeout(CONNECT_SECONDS), await aio_pika.connect(url.get_secret_value()) as connection:
        for name in [*map(topology.queue_of, topology.consumers), topology.dead]:
            channel = await connection.channel()  # of its own: the broker closes one that asks in vain
            try:
                said = (await channel.declare_queue(name, passive=True)).declaration_result
            except ChannelNotFoundEntity:
                continue
            found.append(Queue(name, said.message_count or 0, said.consumer_count or 0))
            await channel.close()
    return found
