"""Serve the API, with whoever listens for changes, until the process stops."""

import asyncio
import socket

import structlog
from fastapi import FastAPI

from api.ground import Ground
from api.live.hub import Hub
from core.keep_running import keep_running
from core.web.serve import serve

log = structlog.get_logger()


async def serve_app(app: FastAPI, listening: socket.socket, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; whoever listens is then told to resume elsewhere, before the server closes."""
    hub: Hub = app.state.hub
    ground: Ground = app.state.ground
    if ground.settings.is_over_tls and not ground.peers.trusted:
        log.warning("no-proxy-is-named", setting="TRUSTED_PROXIES", then="everybody counts as one address")
    closing = asyncio.Event()

    async def say_goodbye() -> None:
        await stopping.wait()
        await hub.send_away()
        closing.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running("live", lambda: hub.run(stopping), stopping))
        group.create_task(keep_running("live-sessions", lambda: hub.watch_sessions(stopping), stopping))
        group.create_task(say_goodbye())
        await serve(app, listening, closing, websockets=True)
