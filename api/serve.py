"""Serve the API, with whoever listens for changes, until the process stops."""

import asyncio
import socket

from fastapi import FastAPI

from api.live.hub import Hub
from core.keep_running import keep_running
from core.web.serve import serve


async def serve_app(app: FastAPI, listening: socket.socket, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; whoever listens is then told to resume elsewhere, before the server closes."""
    hub: Hub = app.state.hub
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
