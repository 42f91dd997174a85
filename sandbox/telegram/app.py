"""The sandbox Telegram as one web application: the Bot API, the page, and what the page needs."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from sandbox.telegram.acts import ACTS, seed
from sandbox.telegram.bot_api import bot_api
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import World

PAGE = Path(__file__).parent / "page"


def create_app(
    *, data_path: Path, on_clock: Callable[[timedelta], None] | None = None, group_per_minute: int | None = None
) -> FastAPI:
    """Return the application; everything it knows is kept in the folder `data_path`.

    `on_clock` is told how far the sandbox's clock stands ahead, at the start and whenever it is advanced.
    `group_per_minute` is how often a bot may write to a group, instead of Telegram's 20.
    """
    world = World(data_path, None if on_clock is None else lambda seconds: on_clock(timedelta(seconds=seconds)))
    if group_per_minute is not None:
        world.group_per_minute = world.private_per_minute = group_per_minute
    if not world.people:
        seed(world)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sender = asyncio.create_task(world.updates.send_to_webhook())
        yield
        sender.cancel()
        world.storage.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.world = world
    app.include_router(bot_api(world))
    _add_state(app, world)
    _add_files_and_events(app, world)
    _add_acts(app, world)
    _add_page(app)
    return app


def _add_state(app: FastAPI, world: World) -> None:
    @app.get("/sandbox/state")
    async def state() -> dict[str, Any]:
        return world.state()

    @app.get("/sandbox/chats/{chat_id}/messages")
    async def messages(chat_id: int, viewer: int, after: int = 0, limit: int = 200) -> dict[str, Any]:
        return {"messages": world.thread(chat_id, viewer, after=after, limit=limit)}

    @app.get("/sandbox/calls")
    async def calls(after: int = 0) -> dict[str, Any]:
        return {"calls": [call for call in world.calls if call["id"] > after]}

    @app.get("/sandbox/updates")
    async def updates() -> dict[str, Any]:
        return {"updates": list(world.updates.all.values())[-100:]}


def _add_files_and_events(app: FastAPI, world: World) -> None:
    @app.get("/sandbox/files/{file_id}")
    async def file(file_id: str) -> Response:
        found = world.files.get(file_id)
        if found is None:
            return Response(status_code=404)
        return Response(world.read_file(found), media_type=found["media"]["type"])

    @app.get("/sandbox/events")
    async def events(request: Request, after: int = 0) -> StreamingResponse:
        resumed = request.headers.get("last-event-id")
        stream = world.events.follow(int(resumed) if resumed and resumed.isdigit() else after)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _add_acts(app: FastAPI, world: World) -> None:
    @app.post("/sandbox/acts/{name}")
    async def act(name: str, request: Request) -> JSONResponse:
        run = ACTS.get(name)
        if run is None:
            return JSONResponse({"detail": f"there is no act {name}"}, 404)
        try:
            return JSONResponse(run(world, await request.json()))
        except Refusal as refusal:
            return JSONResponse({"detail": refusal.description}, refusal.code)
        except (KeyError, TypeError, ValueError) as wrong:
            return JSONResponse({"detail": f"{type(wrong).__name__}: {wrong}"}, 400)


def _add_page(app: FastAPI) -> None:
    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    if PAGE.exists():
        app.mount("/", StaticFiles(directory=PAGE), name="page")


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
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, ws="none", lifespan="on"
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
        world = getattr(self.app.state, "world", None)
        if world is not None:
            world.events.close()
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()
