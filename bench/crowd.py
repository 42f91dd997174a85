"""A crowd that listens for changes over WebSockets; real clients would cost more than the server that is measured."""

import asyncio
import base64
import json
import os
import time
from collections.abc import Sequence
from typing import cast

CONNECTING_AT_ONCE = 50
PATIENCE_SECONDS = 60
TEXT, PING = 0x81, 0x89
PONG = b"\x8a\x80\x00\x00\x00\x00"  # masked with zeros, and empty
LONG = 126  # of a frame: its length stands in the next two bytes (RFC 6455, 5.2)
Told = tuple[float, bytes]  # when (Unix time), and the message


class Crowd:
    """Everybody who listens, and what they were told."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.lost = 0
        self._news = asyncio.Event()
        self._ears: list[_Ear] = []

    async def listen(self, port: int, tokens: Sequence[str]) -> None:
        """Let one more listen for each token, to whatever changes from now on.

        :raises TimeoutError: if they cannot.
        """
        loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def one(token: str) -> None:
            async with gate:
                _, ear = await loop.create_connection(lambda: _Ear(self, token, port), "127.0.0.1", port)
                self._ears.append(ear)
                await ear.is_ready

        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*map(one, tokens))

    async def take(self, count: int) -> list[Told]:
        """Return the next so many messages.

        :raises TimeoutError: if they do not come.
        :raises ConnectionError: if the server hung up on somebody.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.told) < count and not self.lost:
                self._news.clear()
                await self._news.wait()
        if self.lost:
            raise ConnectionError(f"the server hung up on {self.lost} of {len(self._ears)}")
        taken, self.told = self.told, []
        return taken

    def lose(self) -> None:
        """Take note that the server hung up on one."""
        self.lost += 1
        self._news.set()

    def hear(self, told: Told) -> None:
        """Take note of what one was told."""
        self.told.append(told)
        self._news.set()

    def go(self) -> None:
        """Hang up, all of them."""
        for ear in self._ears:
            ear.transport.abort()


class _Ear(asyncio.Protocol):
    def __init__(self, crowd: Crowd, token: str, port: int) -> None:
        self._crowd, self._token, self._port = crowd, token, port
        self._left = b""
        self.is_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass of it
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /v1/live HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now, data = time.time(), self._left + data
        if data.startswith(b"HTTP/1.1 101 "):
            data = data.partition(b"\r\n\r\n")[2]
            self.transport.write(_masked(json.dumps({"token": self._token}).encode()))
        while len(data) > 1:
            begin, length = (4, int.from_bytes(data[2:4], "big")) if data[1] == LONG else (2, data[1])
            if len(data) < begin + length:
                break
            self._take(data[0], data[begin : begin + length], now)
            data = data[begin + length :]
        self._left = data

    def connection_lost(self, _: Exception | None) -> None:
        if not self.is_ready.done():
            self.is_ready.set_exception(ConnectionError("the server hung up"))
        else:
            self._crowd.lose()

    def _take(self, kind: int, message: bytes, now: float) -> None:
        if kind == PING:
            self.transport.write(PONG)
        elif kind == TEXT and message.startswith(b'{"type":"ready"'):
            self.is_ready.set_result(None)
        elif kind == TEXT and message.startswith(b'{"type":"change"'):
            self._crowd.hear((now, message))


def _masked(message: bytes) -> bytes:
    """Return a text frame from a client, whose mask of zeros changes nothing (RFC 6455, 5.3)."""
    assert LONG <= len(message) < 2**16
    return bytes([TEXT, 0x80 | LONG]) + len(message).to_bytes(2, "big") + bytes(4) + message
