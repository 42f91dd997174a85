"""The HTTP API as it is served, and people who ask it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from api.app import create_app
from api.ground import Ground
from api.serve import serve_app
from core.clock import utc_now
from core.config import ApiSettings
from core.db import Database
from core.identity.actor import Actor, TelegramChat
from core.identity.sessions import start_session
from core.ids import new_id
from core.payments.provider import Provider
from core.payments.providers.standard import Standard
from core.secrets import Secrets
from core.web.peers import Peers
from core.web.serve import listen
from sandbox.asking import new_client
from tests.builders import BANK, GROUP, person
from tests.core.identity.proofs import BOT_TOKEN

PATIENT = {"api_requests_per_minute": 1_000_000, "api_sign_ins_per_minute": 1_000_000}


@dataclass
class Person:
    """Somebody who is signed in, and asks."""

    actor: Actor
    http: httpx2.AsyncClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.actor.user_id)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Ask as this person; what creates something gets a key of its own unless one is given."""
        more = {"Authorization": f"Bearer {self.token}", **self.headers, **(headers or {})}
        if method == "POST":
            more["Idempotence-Key"] = key or str(new_id())
        json = {} if body is None else {"json": body}
        return await self.http.request(method, f"/v1{path}", headers=more, **json)

    async def get(self, path: str) -> Any:
        """Return what stands at an address that this person may read."""
        return _told(await self.ask("GET", path))

    async def post(self, path: str, body: Any = None) -> Any:
        """Return what is answered to something that this person may do."""
        return _told(await self.ask("POST", path, body))


@dataclass
class Door:
    """The API that is served, with the database behind it."""

    db: Database
    http: httpx2.AsyncClient
    url: str
    ground: Ground

    async def person(self, name: str = "Анна", *, chat: TelegramChat | None = GROUP) -> Person:
        """Return a new person who writes in `chat` and is signed in here."""
        async with self.db.transaction() as session:
            actor = await person(session, name, chat=chat)
            await session.flush()
            return await self.signed_in(session, actor)

    async def signed_in(self, session: Any, actor: Actor) -> Person:
        """Return a person who signs in here."""
        signed = await start_session(
            session, user_id=actor.user_id, client="test", secrets=self.ground.secrets, now=utc_now()
        )
        return Person(actor, self.http, signed.access_token)


@contextlib.asynccontextmanager
async def open_door(db: Database, folder: Path, *, trusted_proxies: str = "", **settings: Any) -> AsyncIterator[Door]:
    """Serve the API on a free port; `settings` differ from those of a patient installation."""
    secrets = Secrets(folder / "secrets.json")
    async with new_client() as unused:
        ground = Ground(
            db,
            secrets,
            providers=_providers(unused, secrets),
            settings=ApiSettings(_env_file=None, **{**PATIENT, **settings}),
            peers=Peers(trusted_proxies),
            bot_token=SecretStr(BOT_TOKEN),
        )
        stopping = asyncio.Event()
        with listen("127.0.0.1", 0) as listening:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            serving = asyncio.create_task(serve_app(create_app(ground), listening, stopping))
            async with new_client(base_url=url, timeout=20) as http:
                try:
                    yield Door(db, http, url, ground)
                finally:
                    stopping.set()
                    await serving


def _providers(http: httpx2.AsyncClient, secrets: Secrets) -> dict[str, Provider]:
    bank = Standard(
        http,
        url="http://127.0.0.1:9/",
        shop_id="1",
        secret_key=SecretStr("key"),
        secrets=secrets,
        currencies=frozenset({"RUB"}),
    )
    return {BANK: bank}


def _told(response: httpx2.Response) -> Any:
    assert response.is_success, (response.status_code, response.text)
    return response.json() if response.content else None
