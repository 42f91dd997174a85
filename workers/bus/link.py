"""A connection to RabbitMQ that is opened when it is needed, and opened anew where it broke."""

import asyncio
from collections.abc import Awaitable, Callable

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError
from pydantic import SecretStr
from yarl import URL

HEARTBEAT_SECONDS = 15  # the library gives a connection up that has been silent for (15 + 1) * 3 seconds
CONNECT_SECONDS = 10
# What a broken connection, channel or broker looks like from here; the library says RuntimeError of what is closed.
BROKEN = (AMQPError, OSError, TimeoutError, RuntimeError)
# To those who wait for an answer over a silent connection it says CancelledError, though nobody has cancelled them.
GIVEN_UP = (*BROKEN, asyncio.CancelledError)

Declare = Callable[[AbstractChannel], Awaitable[None]]


def is_given_up(failure: BaseException) -> bool:
    """Return whether a broken connection looks like this: `Exception` itself is what others get where one closes it."""
    return isinstance(failure, GIVEN_UP) or type(failure) is Exception


class Link:
    """One connection for one purpose; whoever declares what it needs is asked to after each connecting.

    It does not repair itself behind its user's back: what was under way when it broke is unknown, and whoever sent it
    has to decide.
    """

    def __init__(self, url: SecretStr, name: str, declare: Declare) -> None:
        query = {"heartbeat": str(HEARTBEAT_SECONDS), "name": name}
        self._url = URL(url.get_secret_value()).update_query(query)
        self._declare = declare
        self._connection: AbstractConnection | None = None
        self._alone = asyncio.Lock()

    async def channel(self) -> AbstractChannel:
        """Return a new channel whose publishes are confirmed, and raise if they reach no queue.

        :raises AMQPError, OSError, TimeoutError: if there is no broker.
        """
        async with self._alone, asyncio.timeout(CONNECT_SECONDS):
            if self._connection is None or self._connection.is_closed:
                connection = await aio_pika.connect(self._url)
                try:
                    async with connection.channel() as channel:
                        await self._declare(channel)
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
            channel = self._connection.channel(publisher_confirms=True, on_return_raises=True)
            try:
                await channel.initialize()
            except BROKEN:  # it is not always known of a connection that it is closed
                self._connection = None
                raise
            return channel

    async def forget(self) -> None:
        """Close the connection; the next channel opens a new one."""
        async with self._alone:
            connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
