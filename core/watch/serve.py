"""Show figures and health over HTTP in a process that serves nothing else: `/metrics`, `/health/live`, `/health/ready`.

So little of HTTP is spoken here (one GET for each connection) that it costs a process neither memory nor start time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

import orjson
import structlog

from core.config import TelemetrySettings
from core.db import Database
from core.watch.figures import MEDIA_TYPE, figures
from core.watch.health import OK, readiness

log = structlog.get_logger()
REQUEST_SECONDS = 5
JSON = "application/json"
Answer = tuple[HTTPStatus, str, bytes]


@contextlib.asynccontextmanager
async def shown(db: Database, settings: TelemetrySettings) -> AsyncIterator[int | None]:
    """Show this process at METRICS_HOST and METRICS_PORT while the block runs, and yield the port; None if unset.

    :raises OSError: if the port is taken, or the host is none of this machine.
    """
    if settings.metrics_port is None:
        yield None
        return

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await reader.readuntil(b"\r\n\r\n")
                status, media_type, body = await _answer(db, request)
                head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {media_type}\r\n"
                head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, settings.metrics_host, settings.metrics_port)
    async with server:
        port = server.sockets[0].getsockname()[1]
        log.info("figures-shown", host=settings.metrics_host, port=port)
        yield port


async def _answer(db: Database, request: bytes) -> Answer:
    match request.split(b" ", 2)[:2]:
        case [b"GET", b"/metrics"]:
            return HTTPStatus.OK, MEDIA_TYPE, await figures(db)
        case [b"GET", b"/health/live"]:
            return HTTPStatus.OK, JSON, orjson.dumps({"process": OK})
        case [b"GET", b"/health/ready"]:
            parts = await readiness(db)
            is_ready = set(parts.values()) == {OK}
            return HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE, JSON, orjson.dumps(parts)
    return HTTPStatus.NOT_FOUND, JSON, b"{}"
