"""How many notices a second are verified, stored and acknowledged, beside a bare route that inserts one row."""

import asyncio
import base64
import hashlib
import hmac
import json
import statistics
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
from fastapi import FastAPI, Request, Response
from pydantic import SecretStr

from bench.figure import Figure
from bench.ground import Process, Said, migrated_database, run
from core.clock import utc_now
from core.config import WebhooksSettings
from core.db import Database
from core.ids import new_id
from core.payments.providers.asking import new_client
from core.payments.providers.standard import SECRET_NAME, Standard
from core.secrets import Secrets
from core.web.serve import listen, serve
from webhooks.app import create_app

CLIENTS = 8
OPEN_LOOP_RATE = 200  # notices a second, whether or not the ones before are answered
OPEN_LOOP_CONNECTIONS = 64
POOL = 10
KEY = b"k" * 32
ROUNDS = 3


def measure(*, quick: bool) -> list[Figure]:
    """Return notices a second at 8 clients, and the 99th percentile when 200 come every second."""
    with migrated_database() as url:
        asyncio.run(_make_bare_table(url))
        with Process(_serve_ours, url) as ours, Process(_serve_bare, url) as bare:
            return asyncio.run(_measure(ours.heard(), bare.heard(), seconds=1 if quick else 4))


async def _measure(ours: int, bare: int, *, seconds: float) -> list[Figure]:
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine is shared
        for name, port in (("bare", bare), ("ours", ours)):
            rates[name].append(await _rate(port, seconds=seconds))
    rate, limit = (statistics.median(rates[name]) for name in ("ours", "bare"))
    p99_bare = await _p99(bare, seconds=2 * seconds)
    p99 = await _p99(ours, seconds=2 * seconds)
    return [
        Figure(f"stored and acknowledged, {CLIENTS} clients", round(rate), "notices/s", round(limit)),
        Figure(f"p99 at {OPEN_LOOP_RATE}/s", p99, "ms", p99_bare),
    ]


async def _rate(port: int, *, seconds: float) -> float:
    numbers = count()
    done = 0
    until = time.perf_counter() + seconds

    async def client() -> None:
        nonlocal done
        caller = await _Caller.connect(port)
        while time.perf_counter() < until:
            await caller.post(_notice(next(numbers)))
            done += 1
        caller.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return done / seconds


async def _p99(port: int, *, seconds: float) -> float:
    """Return the 99th percentile in milliseconds, counted from the moment at which a notice was due to be sent."""
    callers: asyncio.Queue[_Caller] = asyncio.Queue()
    for _ in range(OPEN_LOOP_CONNECTIONS):
        callers.put_nowait(await _Caller.connect(port))
    times: list[float] = []

    async def send(due: float) -> None:
        caller = await callers.get()
        await caller.post(_notice(0))
        times.append(time.perf_counter() - due)
        callers.put_nowait(caller)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(OPEN_LOOP_RATE * seconds)):
            due = began + number / OPEN_LOOP_RATE
            await asyncio.sleep(due - time.perf_counter())
            group.create_task(send(due))
    while not callers.empty():
        callers.get_nowait().close()
    return round(statistics.quantiles(times, n=100)[98] * 1000, 1)


def _notice(number: int) -> bytes:
    """Return a whole request with a notice that was signed just now, as a provider sends it."""
    payment = {
        "id": f"2f{new_id()}", "status": "succeeded", "paid": True, "amount": {"value": "1250.00", "currency": "RUB"},
        "income_amount": {"value": "1206.25", "currency": "RUB"}, "created_at": "2026-06-01T12:00:00.000Z",
        "description": f"Notice {number}", "metadata": {"attempt_id": str(new_id())}, "refundable": True, "test": True,
        "payment_method": {"type": "bank_card", "id": str(new_id()), "saved": False, "title": "Bank card *4444"},
    }  # fmt: skip
    body = json.dumps({"type": "payment.succeeded", "timestamp": "2026-06-01T12:00:00Z", "data": payment}).encode()
    identity, stamp = f"msg_{new_id()}", int(utc_now().timestamp())
    signature = base64.b64encode(hmac.digest(KEY, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)).decode()
    head = (
        f"POST /webhooks/payments/standard HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: bench\r\nwebhook-id: {identity}\r\nwebhook-timestamp: {stamp}\r\n"
        f"webhook-signature: v1,{signature}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True, slots=True)
class _Caller:
    """A connection that is kept; a real client would cost more than the server that is measured."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connect(cls, port: int) -> "_Caller":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, request: bytes) -> None:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or b"content-length: 0\r\n" not in head.lower():
            raise RuntimeError(head.decode())

    def close(self) -> None:
        self.writer.close()


def _serve_ours(there: Said, database_url: str) -> None:
    async def serving() -> None:
        secret = SecretStr(f"whsec_{base64.b64encode(KEY).decode()}")
        secrets = Secrets(Path("no-such-file"), given={SECRET_NAME: secret})
        provider = Standard(
            new_client(), url="http://localhost/", shop_id="1", secret_key=SecretStr("key"), secrets=secrets,
            currencies=frozenset({"RUB"}),
        )  # fmt: skip
        db = Database.connect(database_url, pool_size=POOL)
        await _serve(create_app(db, {"standard": provider}, settings=WebhooksSettings()), there)

    run(serving())


def _serve_bare(there: Said, database_url: str) -> None:
    async def serving() -> None:
        pool = await asyncpg.create_pool(database_url, min_size=POOL, max_size=POOL)
        app = FastAPI()

        @app.post("/webhooks/payments/standard")
        async def take(request: Request) -> Response:
            await pool.execute("INSERT INTO bare (raw) VALUES ($1)", await request.body())
            return Response()

        await _serve(app, there)

    run(serving())


async def _serve(app: FastAPI, there: Said) -> None:
    listening = listen("127.0.0.1", 0)
    there.send(listening.getsockname()[1])
    await serve(app, listening, asyncio.Event())


async def _make_bare_table(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, raw bytea)")
    await connection.close()
