"""Processes of the API that push, and people who listen to them, as in production: each with a database of its own."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.app import create_app
from api.ground import Ground
from api.live.hub import Hub
from api.serve import serve_app
from core.clock import utc_now
from core.config import ApiSettings
from core.db import Database
from core.identity.actor import Actor
from core.identity.sessions import start_session
from core.secrets import Secrets
from core.wake import run_wake
from core.web.serve import listen
from tests.faults.shop import carrying
from workers.bus.port import Bus

SECRETS = Secrets(Path("no-such-file"), given=dict.fromkeys(("jwt", "refresh"), SecretStr("k" * 43)))


@dataclass(frozen=True)
class Copy:
    """One process of the API."""

    app: FastAPI
    port: int
    stopping: asyncio.Event

    @property
    def hub(self) -> Hub:
        hub: Hub = self.app.state.hub
        return hub

    @property
    def db(self) -> Database:
        ground: Ground = self.app.state.ground
        return ground.db

    @contextlib.asynccontextmanager
    async def heard(
        self, token: str, *, after: int | None = None, path: str = "/v1/live", **more: Any
    ) -> AsyncIterator["Ears"]:
        """Listen with a token."""
        async with connect(f"ws://127.0.0.1:{self.port}{path}", proxy=None, max_size=None, **more) as socket:
            await socket.send(json.dumps({"token": token} | ({} if after is None else {"last_event_id": after})))
            yield Ears(socket)


@dataclass
class Ears:
    """One who listens."""

    socket: ClientConnection

    async def next(self) -> dict[str, Any]:
        """Return the next message but pings."""
        while True:
            async with asyncio.timeout(20):
                said: dict[str, Any] = json.loads(await self.socket.recv())
            if said["type"] != "ping":
                return said

    async def ready(self) -> int:
        """Return the number to resume after, once every change is told from now on."""
        said = await self.next()
        assert said["type"] == "ready"
        number: int = said["last_event_id"]
        return number

    async def closed(self) -> int:
        """Return the code with which the other side closes."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(20):
                async for _ in self.socket:
                    pass
        assert self.socket.close_code is not None
        return self.socket.close_code


@contextlib.asynccontextmanager
async def copy_of_api(database_url: str, **settings: Any) -> AsyncIterator[Copy]:
    """Serve the API as a process of its own would."""
    db, stopping = Database.connect(database_url), asyncio.Event()
    app = create_app(Ground(db, SECRETS, settings=ApiSettings(_env_file=None, **settings)))
    with listen("127.0.0.1", 0) as listening:
        jobs = [
            asyncio.create_task(serve_app(app, listening, stopping)),
            asyncio.create_task(run_wake(db, stopping)),
        ]
        try:
            yield Copy(app, listening.getsockname()[1], stopping)
        finally:
            stopping.set()
            await asyncio.gather(*jobs)
            await db.close()


@contextlib.asynccontextmanager
async def workers(db: Database, bus: Bus) -> AsyncIterator[None]:
    """Let everybody react, in a process of its own."""
    async with waking(db), carrying(db, bus):
        yield


@contextlib.asynccontextmanager
async def waking(db: Database) -> AsyncIterator[None]:
    """Let other processes be woken by what is committed here."""
    stopping = asyncio.Event()
    running = asyncio.create_task(run_wake(db, stopping))
    yield
    stopping.set()
    await running


async def token_of(db: Database, actor: Actor, *, now: datetime | None = None) -> str:
    """Return a token by which a person is signed in."""
    async with db.transaction() as session:
        signed_in = await start_session(
            session, user_id=actor.user_id, client="test", secrets=SECRETS, now=now or utc_now()
        )
        return signed_in.access_token
