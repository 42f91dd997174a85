"""The sandbox Telegram as one web application: the Bot API, the page, and what the page needs."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from sandbox.telegram.acts import ACTS, seed
from sandbox.telegram.bot_api import bot_api
from sandbox.telegram.refusal import Refusal
from sandbox.telegram.world import World

PAGE = Path(__file__).parent / "page"
WAIT_SECONDS = 1.0


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
    app.state.before_stop = world.events.close
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
    async def messages(
        chat_id: int, viewer: int, after: int = 0, limit: int = 200, last_event: int | None = None
    ) -> dict[str, Any]:
        if last_event is not None:  # who has seen all until then waits for something to happen
            await world.events.something(last_event, within_seconds=WAIT_SECONDS)
        return {"messages": world.thread(chat_id, viewer, after=after, limit=limit), "last_event": world.events.last}

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
            done = run(world, await request.json())
            return JSONResponse(await done if inspect.isawaitable(done) else done)
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
