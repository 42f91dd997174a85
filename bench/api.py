"""How quick the HTTP API is: a purchase read, orders listed, an order placed; beside a bare FastAPI route."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.ground import Ground
from bench.figure import Figure
from bench.ground import Process, Said, migrated_database, run
from core.clock import utc_now
from core.config import ApiSettings, MoneySettings
from core.db import Database
from core.identity.actor import TelegramPerson
from core.identity.meet import meet
from core.identity.personal_tokens import create_token
from core.ids import new_id
from core.purchases.open_purchase import open_purchase
from core.purchases.record_spending import record_spending
from core.secrets import Secrets
from core.web.serve import listen, serve

CLIENTS = (1, 16, 64)
POOL = 10
TASKS = 10
ENDLESS = 10**6
BARE = "/bare"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Whose token the clients have, and the purchase that they read."""

    token: str
    purchase_id: str


def measure(*, quick: bool) -> list[Figure]:
    """Return requests a second of each operation by the number of clients; the limit is a route that does nothing."""
    with migrated_database() as url:
        prepared = asyncio.run(_prepare(url))
        with Process(_serve, url) as serving:
            return asyncio.run(_measure(serving.heard(), prepared, seconds=0.3 if quick else 3))


async def _prepare(url: str) -> Prepared:
    db, now = Database.connect(url), utc_now()
    person = TelegramPerson(1, "Anna")
    async with db.transaction() as session:
        actor = await meet(session, person=person, chat=None, default_currency="RUB", default_time_zone="UTC", now=now)
        await session.flush()
        _, token = await create_token(session, actor=actor, name="bench", expires_at=None, now=now)
        purchase = await open_purchase(session, actor=actor, title="Barbecue", default_currency="RUB", now=now)
        for number in range(TASKS):
            await record_spending(
                session, actor=actor, purchase_id=purchase.id, title=f"Task {number}", cost_minor=100, now=now
            )
    await db.close()
    return Prepared(token, str(purchase.id))


async def _measure(port: int, prepared: Prepared, *, seconds: float) -> list[Figure]:
    requests: dict[str, Callable[[], bytes]] = {
        "bare route": lambda: _request("GET", BARE, prepared),
        "read a purchase": lambda: _request("GET", f"/v1/purchases/{prepared.purchase_id}", prepared),
        "list orders": lambda: _request("GET", "/v1/orders", prepared),
        "place an order": lambda: _request("POST", "/v1/orders", prepared, b'{"amount_cents":100,"description":"Tea"}'),
    }
    for request in requests.values():  # or the first case pays for what each connection learns once
        await _ask(port, request, clients=max(CLIENTS), seconds=seconds)
    figures = []
    for clients in CLIENTS:
        rates, times = {}, {}
        for name, request in requests.items():
            rates[name], times[name] = await _ask(port, request, clients=clients, seconds=seconds)
        limit = rates.pop("bare route")
        figures += [Figure(f"{name}, {clients} at once", rate, "requests/s", limit) for name, rate in rates.items()]
        figures += [Figure(f"{name}, {clients} at once, p99", times[name], "ms", times["bare route"]) for name in rates]
    return figures


async def _ask(port: int, request: Callable[[], bytes], *, clients: int, seconds: float) -> tuple[float, float]:
    """Return answers a second, and the 99th percentile of their times in milliseconds."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 20"):
                raise RuntimeError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]
    return round(len(times) / seconds, 1), round(p99 * 1000, 1)


def _request(method: str, path: str, prepared: Prepared, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {prepared.token}\r\n"
        f"Idempotence-Key: {new_id()}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _serve(there: Said, database_url: str) -> None:
    async def serving() -> None:
        ground = Ground(
            Database.connect(database_url, pool_size=POOL),
            Secrets(Path("no-such-file")),
            settings=ApiSettings(api_requests_per_minute=ENDLESS),
            money=MoneySettings(payment_max=ENDLESS, payments_a_day_max=ENDLESS * ENDLESS),
        )
        app: FastAPI = create_app(ground)

        @app.get(BARE)
        async def bare() -> dict[str, str]:
            return {}

        listening = listen("127.0.0.1", 0)
        there.send(listening.getsockname()[1])
        await serve(app, listening, asyncio.Event())

    run(serving())
