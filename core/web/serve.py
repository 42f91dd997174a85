"""Serve an application until the process stops, finishing what is being answered."""

import asyncio
import contextlib
import socket
from typing import Any

import uvicorn

from core.web.connection import Connection

FINISH_SECONDS = 5  # for what is being answered when the process stops; longer than the database may take
HEADERS_MAX = 16384  # bytes
SAID_MAX = 16384  # bytes of one message over a WebSocket


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at `port` of `host`, 0 being any free one: from now on nobody is turned away.

    :raises OSError: if the port is taken, or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(1024)
    except OSError:
        opened.close()
        raise
    return opened


def url_of(listening: socket.socket) -> str:
    """Return where a listening socket is reached on this machine."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(app: Any, listening: socket.socket, stopping: asyncio.Event, *, websockets: bool = False) -> None:
    """Serve an ASGI application until `stopping` is set, and return when what is in flight is answered.

    The socket stays open and belongs to the caller, so that serving can begin again where it broke.
    """
    config = uvicorn.Config(
        app,
        http=Connection,  # by h11: the other parser keeps headers of any length in memory
        ws=_sockets() if websockets else "none",
        ws_max_size=SAID_MAX,
        ws_per_message_deflate=False,  # messages are small, and a compressor for each connection is not
        lifespan="off",
        h11_max_incomplete_event_size=HEADERS_MAX,
        proxy_headers=False,  # whose word is taken for the sender's address is decided in peers.py
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=65,  # longer than proxies keep theirs, so that they close first and lose nothing
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
    server = uvicorn.Server(config)
    # Signals belong to the program that this is a part of.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[listening.dup()]))
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stop.cancel()


def _sockets() -> type[asyncio.Protocol]:
    from core.web.sockets import Sockets  # whoever serves none needs nothing of it

    return Sockets
