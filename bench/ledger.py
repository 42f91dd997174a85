"""How many postings a second the book takes, beside a bare loop that inserts two rows and commits."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count, islice
from uuid import UUID

import asyncpg

from bench.figure import Figure
from bench.ground import migrated_database
from core.clock import utc_now
from core.db import Database
from core.ids import UserId, new_id
from core.ledger.chart import AccountName, Leg, bank, provider_clearing, wallet
from core.ledger.post import Draft, post, post_many

CLIENTS = (1, 8, 32)
ROUNDS = 5  # everything is measured in turn, again and again, because the disk and its other users change their mind
WALLETS = 1000
BATCH = 100
BATCHING_CLIENTS = (1, 4)
BARE, BETWEEN_WALLETS = "two bare rows", "wallet to wallet"
INTO_ONE, INTO_SHARDS = "into one clearing account", "into 16 clearing accounts"
BATCHES = f"batches of {BATCH} between wallets"
Step = Callable[[], Awaitable[object]]


def measure(*, quick: bool) -> list[Figure]:
    """Return postings a second and their 99th percentile at 1, 8 and 32 clients, and journals a second in batches."""
    with migrated_database() as url:
        return asyncio.run(_measure(url, seconds=0.2 if quick else 1))


async def _measure(url: str, *, seconds: float) -> list[Figure]:
    db = Database.connect(url, pool_size=max(CLIENTS))
    bare = await asyncpg.create_pool(url, min_size=max(CLIENTS), max_size=max(CLIENTS))
    await bare.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint)")
    wallets = [wallet(UserId(new_id()), "RUB") for _ in range(WALLETS)]
    filling = [Draft(f"fill:{one.owner_id}", "fill", [Leg(bank("RUB"), one, 10**9)], utc_now()) for one in wallets]
    async with db.transaction() as session:
        await post_many(session, filling)

    debits: dict[str, Callable[[int], AccountName]] = {
        BETWEEN_WALLETS: lambda number: wallets[number % WALLETS],
        INTO_ONE: lambda _: provider_clearing("one", "RUB", UUID(int=0)),
        INTO_SHARDS: lambda number: provider_clearing("many", "RUB", UUID(int=number)),
    }
    drafts = {case: _drafts(case, debit, wallets) for case, debit in debits.items()}
    steps: dict[str, Step] = {BARE: partial(_insert, bare)}
    for case, moves in drafts.items():
        steps[case] = partial(_post, db, moves)
    figures = []
    for clients in CLIENTS:
        rates, p99s = await _rates(steps, clients, seconds)
        for case in debits:
            figures.append(Figure(f"{case}, {clients} clients", rates[case], "postings/s", rates[BARE]))
            figures.append(Figure(f"{case}, {clients} clients, p99", p99s[case], "ms"))
        for case in (INTO_ONE, INTO_SHARDS):
            name = f"{case}, {clients} clients, beside {BETWEEN_WALLETS}"
            figures.append(Figure(name, rates[case], "postings/s", rates[BETWEEN_WALLETS]))
    batching: dict[str, Step] = {BARE: steps[BARE], BATCHES: partial(_post_batch, db, drafts[BETWEEN_WALLETS])}
    for clients in BATCHING_CLIENTS:
        rates, p99s = await _rates(batching, clients, seconds)
        figures.append(Figure(f"{BATCHES}, {clients} clients", rates[BATCHES] * BATCH, "journals/s", rates[BARE]))
        figures.append(Figure(f"{BATCHES}, {clients} clients, p99 of a batch", p99s[BATCHES], "ms"))
    await bare.close()
    await db.close()
    return figures


def _drafts(case: str, debit: Callable[[int], AccountName], wallets: list[AccountName]) -> Iterator[Draft]:
    """Move a little into one wallet after the other, for ever, from what `debit` names for each number."""
    for number in count():
        leg = Leg(debit(number), wallets[(number * 7 + 1) % WALLETS], 1)
        yield Draft(f"{case}:{number:08}", "move", [leg], utc_now())


async def _insert(bare: asyncpg.Pool) -> None:
    async with bare.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO bare (amount) VALUES (1)")
        await connection.execute("INSERT INTO bare (amount) VALUES (2)")


async def _post(db: Database, drafts: Iterator[Draft]) -> None:
    draft = next(drafts)
    async with db.transaction() as session:
        await post(session, key=draft.key, kind=draft.kind, legs=draft.legs, now=draft.now)


async def _post_batch(db: Database, drafts: Iterator[Draft]) -> None:
    batch = list(islice(drafts, BATCH))
    async with db.transaction() as session:
        await post_many(session, batch)


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
