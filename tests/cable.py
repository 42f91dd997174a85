"""The cable between the product and what it talks to, which a test can block, slow down, slice or tear."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from random import Random

from sqlalchemy.engine import URL, make_url

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Toxics:
    """What is wrong with a cable: every piece is late, cut into smaller ones, or the last one before a reset."""

    latency_seconds: float = 0.0  # of each direction
    slice_bytes: int = 65536
    reset_chance: float = 0.0  # of a connection, with each piece


class Cable:
    """Carries bytes both ways for as long as it is not blocked."""

    def __init__(self, connect: Callable[[], Awaitable[Streams]], toxics: Toxics) -> None:
        self._connect, self._toxics = connect, toxics
        self._chance = Random(1)  # noqa: S311 -- nothing secret
        self._free = asyncio.Event()
        self._free.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.url = ""
        self.resets = 0

    def block(self) -> None:
        self._free.clear()

    def free(self) -> None:
        self._free.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await self._connect()
        except OSError:  # nobody is there, which its caller is to notice as without a cable
            writer.close()
            return
        for source, target, other in ((reader, there_writer, writer), (there_reader, writer, there_writer)):
            task = asyncio.create_task(self._carry(source, target, other))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, other: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(target):
            while data := await source.read(self._toxics.slice_bytes):
                await self._free.wait()
                await asyncio.sleep(self._toxics.latency_seconds)
                if self._chance.random() < self._toxics.reset_chance:
                    self.resets += 1
                    other.transport.abort()
                    target.transport.abort()
                    return
                target.write(data)
                await target.drain()

    async def pull_out(self) -> None:
        for task in [*self._carrying]:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)


@contextlib.asynccontextmanager
async def cable_to(database_url: str, toxics: Toxics = Toxics()) -> AsyncIterator[Cable]:
    """Lay a cable to the database at `database_url`."""
    database = make_url(database_url)
    async with _laid(Cable(lambda: _to_database(database), toxics)) as (cable, port):
        cable.url = database.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        yield cable


@contextlib.asynccontextmanager
async def cable_to_server(url: str, toxics: Toxics = Toxics()) -> AsyncIterator[Cable]:
    """Lay a cable to the web server or the broker at `url`."""
    server = make_url(url)
    async with _laid(Cable(lambda: asyncio.open_connection(server.host, server.port), toxics)) as (cable, port):
        cable.url = server.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        yield cable


@contextlib.asynccontextmanager
async def _laid(cable: Cable) -> AsyncIterator[tuple[Cable, int]]:
    server = await asyncio.start_server(cable.connected, "127.0.0.1", 0)
    try:
        yield cable, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await cable.pull_out()


async def _to_database(database: URL) -> Streams:
    folder, port = database.query.get("host"), database.query.get("port", "5432")
    if folder is not None:
        return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
    return await asyncio.open_connection(database.host, database.port or 5432)
