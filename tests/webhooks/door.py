"""The webhooks as they are served, and providers that knock: by HTTP as it should be, and by bytes as they come."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import func, select

from core.clock import utc_now
from core.config import WebhooksSettings
from core.db import Database
from core.ids import new_id
from core.payments.models import NoticeRow
from core.payments.provider import Provider
from core.payments.providers import cloudpayments, standard
from core.payments.providers.cloudpayments import CloudPayments
from core.payments.providers.standard import Standard
from core.payments.providers.yookassa import YooKassa
from core.secrets import Secrets
from core.web.serve import listen, serve
from sandbox.asking import new_client
from webhooks.app import create_app
from webhooks.limits import Limits

KEY = b"k" * 32
CLOUD_SECRET = "cloud-secret"
YOOKASSA_PEER = "203.0.113.9"
NOW = timedelta(0)


@dataclass(frozen=True)
class Door:
    """Where notices are brought, with the figures and the database behind it."""

    db: Database
    http: httpx2.AsyncClient
    port: int
    before: Mapping[tuple[str, str], float]  # the figures belong to the process, and other tests have counted too

    async def bring(
        self, body: bytes, headers: Mapping[str, str], *, to: str = "standard", query: str = ""
    ) -> httpx2.Response:
        """Bring a notice in one piece."""
        path = f"/webhooks/payments/{to}" + (f"?{query}" if query else "")
        return await self.http.post(path, content=body, headers=dict(headers))

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection to write bytes to."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def counted(self, outcome: str, *, provider: str = "standard") -> float:
        """Return how many notices came to this end."""
        return _counted().get((provider, outcome), 0) - self.before.get((provider, outcome), 0)

    async def rows(self) -> list[NoticeRow]:
        async with self.db.transaction() as session:
            return list(await session.scalars(select(NoticeRow).order_by(NoticeRow.id)))

    async def row_count(self) -> int:
        async with self.db.transaction() as session:
            return await session.scalar(select(func.count()).select_from(NoticeRow)) or 0


@contextlib.asynccontextmanager
async def open_door(
    db: Database,
    *,
    limits: Limits | None = None,
    more: Mapping[str, Provider] | None = None,
    **settings: Any,
) -> AsyncIterator[Door]:
    """Serve the webhooks on a free port; `settings` differ from the defaults, `more` are providers of the test."""
    async with new_client() as unused:
        providers = {**_providers(unused), **(more or {})}
        app = create_app(db, providers, settings=WebhooksSettings(_env_file=None, **settings), limits=limits)
        before, stopping = _counted(), asyncio.Event()
        with listen("127.0.0.1", 0) as listening:
            port = listening.getsockname()[1]
            serving = asyncio.create_task(serve(app, listening, stopping))
            async with new_client(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
                try:
                    yield Door(db, http, port, before)
                finally:
                    stopping.set()
                    await serving


def _counted() -> dict[tuple[str, str], float]:
    return {
        (sample.labels["provider"], sample.labels["outcome"]): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "syncbuy_notices_total"
    }


def _providers(http: httpx2.AsyncClient) -> dict[str, Provider]:
    roubles = frozenset({"RUB"})
    given = {
        standard.SECRET_NAME: SecretStr(f"whsec_{base64.b64encode(KEY).decode()}"),
        cloudpayments.SECRET_NAME: SecretStr(CLOUD_SECRET),
    }
    secrets = Secrets(Path("there-is-no-such-file"), given=given)
    url, key = "http://127.0.0.1:9/", SecretStr("key")
    found: list[Provider] = [
        Standard(http, url=url, shop_id="1", secret_key=key, secrets=secrets, currencies=roubles),
        YooKassa(http, url=url, shop_id="1", secret_key=key, networks=f"{YOOKASSA_PEER}/32", currencies=roubles),
        CloudPayments(http, url=url, public_id="pk", api_secret=key, secrets=secrets, currencies=roubles),
    ]
    return {provider.name: provider for provider in found}


def notice(event: str = "payment.succeeded", *, payment_id: str | None = None) -> bytes:
    """Return the body of a notice as `standard` sends it."""
    payment = {
        "id": payment_id or f"pay-{new_id()}",
        "status": "succeeded",
        "paid": True,
        "amount": {"value": "100.00", "currency": "RUB"},
        "metadata": {"attempt_id": str(new_id())},
    }
    return json.dumps({"type": event, "data": payment}).encode()


def signed(body: bytes, *, identity: str | None = None, off_by: timedelta = NOW, key: bytes = KEY) -> dict[str, str]:
    """Return the headers of a notice that was signed `off_by` away from now."""
    identity, stamp = identity or f"msg_{new_id()}", int((utc_now() + off_by).timestamp())
    digest = hmac.digest(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(stamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def head(headers: Mapping[str, str], *, to: str = "standard") -> bytes:
    """Return the beginning of a request, up to where its body begins."""
    lines = [f"POST /webhooks/payments/{to} HTTP/1.1", "Host: shop.example"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
