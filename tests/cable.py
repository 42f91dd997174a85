"""The cable between the product and its database, which a test can block: nothing passes, and nobody is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.engine import URL, make_url


class Cable:
    """Carries bytes both ways for as long as it is not blocked."""

    def __init__(self, database: URL) -> None:
        self._database = database
        self._free = asyncio.Event()
        self._free.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """Return the address of the database at this end of the cable."""
        near = self._database.set(host="127.0.0.1", port=self.port, query={})
        return near.render_as_string(hide_password=False)

    def block(self) -> None:
        self._free.clear()

    def free(self) -> None:
        self._free.set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await self._open()
        for source, target in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._carry(source, target))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder, port = self._database.query.get("host"), self._database.query.get("port", "5432")
        if folder is not None:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._database.host, self._database.port or 5432)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                await self._free.wait()
                target.write(data)
                await target.drain()
        target.close()

    async def pull_out(self) -> None:
        for task in [*self._carrying]:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)


@contextlib.asynccontextmanager
async def cable_to(database_url: str) -> AsyncIterator[Cable]:
    """Lay a cable to the database at `database_url`."""
    cable = Cable(make_url(database_url))
    server = await asyncio.start_server(cable.connected, "127.0.0.1", 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        await cable.pull_out()
