"""How many postings a second the book takes, beside a bare loop that inserts two rows and commits."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count

import asyncpg

from bench.figure import Figure
from core.clock import utc_now
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.ids import new_id
from core.ledger.chart import AccountName, Kind, Leg
from core.ledger.post import post
from core.migrate import migrate

CLIENTS = (1, 8, 32)
WALLETS = 200
Step = Callable[[int], Awaitable[None]]


def measure(*, quick: bool) -> list[Figure]:
    """Return postings a second and their 99th percentile at 1, 8 and 32 clients."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")  # durable as in production: the disk is part of the figure
        server.start()
        try:
            asyncio.run(migrate(server.url))
            return asyncio.run(_measure(server.url, seconds=1 if quick else 4))
        finally:
            server.stop()


async def _measure(url: str, *, seconds: float) -> list[Figure]:
    db = Database.connect(url, pool_size=max(CLIENTS))
    bare = await asyncpg.create_pool(url, min_size=max(CLIENTS), max_size=max(CLIENTS))
    await bare.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint)")
    wallets = [AccountName(Kind.WALLET, "RUB", owner_id=new_id()) for _ in range(WALLETS)]
    bank = AccountName(Kind.BANK, "RUB")
    numbers = count()

    async def fill(wallet: AccountName) -> None:
        async with db.transaction() as session:
            leg = Leg(bank, wallet, 10**9)
            await post(session, key=f"fill:{wallet.owner_id}", kind="fill", legs=[leg], now=utc_now())

    for wallet in wallets:
        await fill(wallet)

    async def move(_: int) -> None:
        number = next(numbers)
        leg = Leg(wallets[number % WALLETS], wallets[(number * 7 + 1) % WALLETS], 1)
        async with db.transaction() as session:
            await post(session, key=f"move:{number:08}", kind="move", legs=[leg], now=utc_now())

    async def insert(_: int) -> None:
        async with bare.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bare (amount) VALUES (1)")
            await connection.execute("INSERT INTO bare (amount) VALUES (2)")

    figures = []
    for clients in CLIENTS:
        limit, _ = await _rate(insert, clients, seconds)
        rate, p99 = await _rate(move, clients, seconds)
        figures.append(Figure(f"wallet to wallet, {clients} clients", rate, "postings/s", limit))
        figures.append(Figure(f"wallet to wallet, {clients} clients, p99", p99, "ms"))
    await bare.close()
    await db.close()
    return figures


async def _rate(step: Step, clients: int, seconds: float) -> tuple[float, float]:
    """Return steps a second and the 99th percentile of one step, in milliseconds."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        while (began := time.perf_counter()) < until:
            await step(number)
            times.append(time.perf_counter() - began)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return round(len(times) / seconds, 0), round(statistics.quantiles(times, n=100)[98] * 1000, 1)
