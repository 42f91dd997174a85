"""How many postings a second the book takes, beside a bare loop that inserts two rows and commits."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count
from uuid import UUID

import asyncpg

from bench.figure import Figure
from core.clock import utc_now
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.ids import UserId, new_id
from core.ledger.chart import AccountName, Leg, bank, provider_clearing, wallet
from core.ledger.post import Draft, post, post_many
from core.migrate import migrate

CLIENTS = (1, 8, 32)
ROUNDS = 5  # everything is measured in turn, again and again, because the disk and its other users change their mind
WALLETS = 200
BATCH = 100
BATCHING_CLIENTS = 4
BARE, BETWEEN_WALLETS = "two bare rows", "wallet to wallet"
INTO_ONE, INTO_SHARDS = "into one clearing account", "into 16 clearing accounts"
Step = Callable[[], Awaitable[object]]


def measure(*, quick: bool) -> list[Figure]:
    """Return postings a second and their 99th percentile at 1, 8 and 32 clients, and journals a second in batches."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")  # durable as in production: the disk is part of the figure
        server.start()
        try:
            asyncio.run(migrate(server.url))
            return asyncio.run(_measure(server.url, seconds=0.2 if quick else 1))
        finally:
            server.stop()


async def _measure(url: str, *, seconds: float) -> list[Figure]:
    db = Database.connect(url, pool_size=max(CLIENTS))
    bare = await asyncpg.create_pool(url, min_size=max(CLIENTS), max_size=max(CLIENTS))
    await bare.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint)")
    wallets = [wallet(UserId(new_id()), "RUB") for _ in range(WALLETS)]
    filling = [Draft(f"fill:{one.owner_id}", "fill", [Leg(bank("RUB"), one, 10**9)], utc_now()) for one in wallets]
    async with db.transaction() as session:
        await post_many(session, filling)
    numbers = count()

    def draft(debit: Callable[[int], AccountName]) -> Draft:
        number = next(numbers)
        leg = Leg(debit(number), wallets[(number * 7 + 1) % WALLETS], 1)
        return Draft(f"move:{number:08}", "move", [leg], utc_now())

    def posting(debit: Callable[[int], AccountName]) -> Step:
        async def step() -> None:
            said = draft(debit)
            async with db.transaction() as session:
                await post(session, key=said.key, kind=said.kind, legs=said.legs, now=said.now)

        return step

    async def batch() -> None:
        drafts = [draft(another_wallet) for _ in range(BATCH)]
        async with db.transaction() as session:
            await post_many(session, drafts)

    async def insert() -> None:
        async with bare.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bare (amount) VALUES (1)")
            await connection.execute("INSERT INTO bare (amount) VALUES (2)")

    def another_wallet(number: int) -> AccountName:
        return wallets[number % WALLETS]

    steps = {
        BARE: insert,
        BETWEEN_WALLETS: posting(another_wallet),
        INTO_ONE: posting(lambda _: provider_clearing("one", "RUB", UUID(int=0))),
        INTO_SHARDS: posting(lambda number: provider_clearing("many", "RUB", UUID(int=number))),
    }
    figures = []
    for clients in CLIENTS:
        rates, p99s = await _rates(steps, clients, seconds)
        for case in (BETWEEN_WALLETS, INTO_ONE, INTO_SHARDS):
            figures.append(Figure(f"{case}, {clients} clients", rates[case], "postings/s", rates[BARE]))
            figures.append(Figure(f"{case}, {clients} clients, p99", p99s[case], "ms"))
        for case in (INTO_ONE, INTO_SHARDS):
            name = f"{case}, {clients} clients, beside {BETWEEN_WALLETS}"
            figures.append(Figure(name, rates[case], "postings/s", rates[BETWEEN_WALLETS]))
    for clients in (1, BATCHING_CLIENTS):
        rates, p99s = await _rates({BARE: insert, "batch": batch}, clients, seconds)
        name = f"batches of {BATCH}, {clients} clients"
        figures.append(Figure(name, rates["batch"] * BATCH, "postings/s", rates[BARE]))
        figures.append(Figure(f"{name}, p99 of a batch", p99s["batch"], "ms"))
    await bare.close()
    await db.close()
    return figures


async def _rates(steps: dict[str, Step], clients: int, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Return steps a second and the 99th percentile of one step in milliseconds, of each step."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for name, step in steps.items():  # connections are opened, and statements planned
        await _run(step, clients, times[name], until=time.perf_counter() + seconds)
        times[name].clear()
    for _ in range(ROUNDS):
        for name, step in steps.items():
            await _run(step, clients, times[name], until=time.perf_counter() + seconds)
    rates = {name: round(len(found) / ROUNDS / seconds, 0) for name, found in times.items()}
    return rates, {name: round(statistics.quantiles(found, n=100)[98] * 1000, 1) for name, found in times.items()}


async def _run(step: Step, clients: int, times: list[float], *, until: float) -> None:
    async def client() -> None:
        while (began := time.perf_counter()) < until:
            await step()
            times.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
