"""A provider's server that answers what a test has written down, in good shape and in bad."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2


@dataclass(frozen=True)
class Reply:
    """An answer. `missing` is how many bytes less are sent than were promised; `status` 0: none at all."""

    status: int = 200
    body: bytes = b""
    missing: int = 0
    hangs: bool = False

    @classmethod
    def of(cls, thing: Any, status: int = 200) -> Self:
        return cls(status, json.dumps(thing).encode())


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(httpx2.QueryParams(self.body.decode()))


@dataclass
class Scripted:
    """Answers the replies in their order, the last one again and again, and keeps what it was asked."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answers(self, *replies: Reply) -> None:
        self.replies = list(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(method, target, headers, body))
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            if reply.hangs:
                await reader.read()
            elif reply.status:
                length = len(reply.body)
                writer.write(
                    f"HTTP/1.1 {reply.status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()
                )
                writer.write(reply.body[: length - reply.missing])
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    bank = Scripted()
    server = await asyncio.start_server(bank.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    bank.url = f"http://{host}:{port}/"
    async with server:
        yield bank
