"""A part of the outside world as a server inside the running program."""

import asyncio
import contextlib
import socket

import uvicorn
from fastapi import FastAPI


class Serving:
    """A web application that is served inside a running event loop."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self.app = app
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_keep_alive=65,  # longer than clients keep theirs, so that none asks over one that is just closing
            timeout_graceful_shutdown=2,
            ws="none",
            lifespan="on",
        )
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when the application answers."""
        # Signals belong to the program that this is a part of.
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish what is being answered, and close."""
        # What an application holds open for ever, it ends itself.
        before_stop = getattr(self.app.state, "before_stop", None)
        if before_stop is not None:
            before_stop()
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()
