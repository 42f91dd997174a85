"""How long an order takes from its placing to its end, and how many end in a second, on each bus."""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
from pydantic import SecretStr
from sqlalchemy import func, select

from bench.figure import Figure
from bench.ground import migrated_database, run
from core.accounts.limits import Limits
from core.clock import utc_now
from core.config import BusSettings
from core.db import Database
from core.identity.actor import Actor, TelegramPerson
from core.identity.meet import meet
from core.ids import OrderId
from core.keep_running import keep_all_running
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import Leg, bank, wallet
from core.ledger.post import post
from core.orders.models import Order, OrderStatus
from core.orders.place_order import place_order
from core.outbox.envelope import Envelope
from sandbox.rabbitmq import server_script, throwaway_rabbitmq
from workers.bus.port import Bus, Handle, HandleMany
from workers.run import new_bus, reaction_jobs, relay_jobs

PEOPLE = 50
WEALTH = 10**9
LIMITS = Limits(operation=10**9, day=10**11)
PLACING_AT_ONCE = 8
LOCAL = BusSettings(amqp_url=None)
FINISHING = "finish-orders"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: seconds at each rate, orders of a backlog, and seconds of what stands beside it."""

    seconds_at: Mapping[int, float]
    backlog: int
    bare_seconds: float


QUICK = Sizes({4: 3, 50: 4, 500: 2}, 1_000, 1)
FULL = Sizes({4: 20, 50: 60, 500: 20}, 10_000, 4)


def measure(*, quick: bool) -> list[Figure]:
    """Return latencies at several rates, and the drain of a backlog to final states, spread and from one wallet."""
    sizes = QUICK if quick else FULL
    with migrated_database() as url:
        figures = run(_measure(url, LOCAL, sizes))
    if server_script() is not None:
        with migrated_database() as url, throwaway_rabbitmq() as broker:
            settings = BusSettings(amqp_url=SecretStr(broker.url))
            figures += run(_measure(url, settings, sizes))
    return figures


class Shop:
    """A database with people who have money, workers that carry out their orders, and a record of when each ended."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.ended: dict[OrderId, float] = {}
        self.news = asyncio.Event()
        self.stopping = asyncio.Event()
        self.people: list[Actor] = []

    async def open(self) -> None:
        """Let people in, each with a wallet full of money."""
        for number in range(PEOPLE):
            async with self.db.transaction() as session:
                person = TelegramPerson(10_000 + number, f"Person {number}", language_code="en")
                actor = await meet(
                    session,
                    person=person,
                    chat=None,
                    default_currency="RUB",
                    default_time_zone="UTC",
                    now=utc_now(),
                )
                leg = Leg(bank("RUB"), wallet(actor.user_id, "RUB"), WEALTH)
                await post(session, key=f"fill:{actor.user_id}", kind="fill", legs=[leg], now=utc_now())
                self.people.append(actor)

    async def place(self, actor: Actor) -> OrderId:
        """Place an order of one minor unit."""
        async with self.db.transaction() as session:
            order = await place_order(
                session, actor=actor, amount_minor=1, currency="RUB", description="Bench", limits=LIMITS, now=utc_now()
            )
            return order.id

    async def place_many(self, people: Sequence[Actor], count: int) -> None:
        """Place so many orders, a few at once."""
        numbers = iter(range(count))

        async def client() -> None:
            for number in numbers:
                await self.place(people[number % len(people)])

        await asyncio.gather(*(client() for _ in range(PLACING_AT_ONCE)))

    async def work(self, settings: BusSettings) -> None:
        """Carry orders out until `stopping` is set."""
        bus = Watched(new_bus(self.db, settings), self)
        jobs = relay_jobs(self.db, bus, self.stopping) | reaction_jobs(self.db, bus, self.stopping)
        await keep_all_running(jobs, self.stopping)
        await bus.close()

    async def are_final(self, count: int, *, within_seconds: float) -> None:
        """Wait until so many orders have ended."""
        async with asyncio.timeout(within_seconds):
            while len(self.ended) < count:
                self.news.clear()
                await self.news.wait()


class Watched:
    """A bus that notes which orders have ended: those whose last transaction has committed just now."""

    def __init__(self, bus: Bus, shop: Shop) -> None:
        self.shop = shop
        self.publish, self.chores, self.close = bus.publish, bus.chores, bus.close
        self._consume = bus.consume

    async def consume(
        self, consumer: str, handle: Handle, stopping: asyncio.Event, *, handle_many: HandleMany | None = None
    ) -> None:
        """Let the consumer have its events."""
        assert handle_many is not None
        many = handle_many

        async def one_and_note(envelope: Envelope) -> None:
            await handle(envelope)
            self._note([envelope])

        async def many_and_note(envelopes: Sequence[Envelope]) -> None:
            await many(envelopes)
            self._note(envelopes)

        if consumer == FINISHING:
            await self._consume(consumer, one_and_note, stopping, handle_many=many_and_note)
        else:
            await self._consume(consumer, handle, stopping, handle_many=handle_many)

    def _note(self, envelopes: Sequence[Envelope]) -> None:
        now = time.perf_counter()
        for envelope in envelopes:
            self.shop.ended.setdefault(OrderId(envelope.aggregate_id), now)
        self.shop.news.set()


async def _measure(url: str, settings: BusSettings, sizes: Sizes) -> list[Figure]:
    name = "local bus" if settings.amqp_url is None else "RabbitMQ"
    bare, alone = await _bare(url, seconds=sizes.bare_seconds)
    db = Database.connect(url, pool_size=20)
    shop = Shop(db)
    await shop.open()
    working = asyncio.create_task(shop.work(settings))
    figures = []
    for rate, seconds in sizes.seconds_at.items():
        figures += await _at_rate(shop, f"{name}, {rate}/s", rate, seconds, bare_ms=alone)
    count = sizes.backlog
    for case, people in (("backlog", shop.people), ("hot account", shop.people[:1])):
        shop.stopping.set()
        await working
        await shop.place_many(people, count)
        shop.stopping.clear()
        shop.ended.clear()
        began = time.perf_counter()
        working = asyncio.create_task(shop.work(settings))
        await shop.are_final(count, within_seconds=300)
        drained = count / (max(shop.ended.values()) - began)
        figures.append(Figure(f"{name}, {case} of {count}, drained to final", round(drained), "orders/s", bare))
    shop.stopping.set()
    await working
    await _check(shop)
    await db.close()
    return figures


async def _at_rate(shop: Shop, case: str, rate: int, seconds: float, *, bare_ms: float) -> list[Figure]:
    """Place orders at a steady rate whatever becomes of them, and return how long they took to their end."""
    shop.ended.clear()
    placed: dict[OrderId, float] = {}
    loop, count = asyncio.get_running_loop(), round(rate * seconds)
    began = loop.time()

    async def place(number: int) -> None:
        await asyncio.sleep(began + number / rate - loop.time())
        at = time.perf_counter()
        placed[await shop.place(shop.people[number % PEOPLE])] = at

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(place(number))
    await shop.are_final(count, within_seconds=120)
    took = [1000 * (shop.ended[order_id] - at) for order_id, at in placed.items()]
    third = len(took) // 3
    steady = statistics.median(took[-third:]) / statistics.median(took[:third])
    cuts = statistics.quantiles(took, n=100)
    return [
        Figure(f"{case}, p50", round(cuts[49], 1), "ms", bare_ms),
        Figure(f"{case}, p95", round(cuts[94], 1), "ms", bare_ms),
        Figure(f"{case}, p99", round(cuts[98], 1), "ms", bare_ms),
        Figure(f"{case}, last third against the first", round(steady, 2), "x"),
    ]


async def _bare(url: str, *, seconds: float) -> tuple[float, float]:
    """Return how many times a second this machine inserts two rows and commits, with 8 clients, and the median in ms.

    The median is of one client that is alone: what no order can be quicker than.
    """
    pool = await asyncpg.create_pool(url, min_size=PLACING_AT_ONCE, max_size=PLACING_AT_ONCE)
    await pool.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint)")
    times: list[float] = []

    async def client(until: float) -> None:
        while (began := time.perf_counter()) < until:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("INSERT INTO bare (amount) VALUES (1)")
                await connection.execute("INSERT INTO bare (amount) VALUES (2)")
            times.append(1000 * (time.perf_counter() - began))

    await client(time.perf_counter() + seconds / 2)
    median = round(statistics.median(times), 1)
    times.clear()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(until) for _ in range(PLACING_AT_ONCE)))
    await pool.close()
    return round(len(times) / seconds), median


async def _check(shop: Shop) -> None:
    """Refuse figures of a book that does not add up."""
    async with shop.db.transaction() as session:
        finished = await session.scalar(
            select(func.count()).select_from(Order).where(Order.status == OrderStatus.FINISHED)
        )
        left = [await balance(session, wallet(person.user_id, "RUB")) for person in shop.people]
        assert PEOPLE * WEALTH - sum(left) == finished, "every order took exactly one minor unit"
        known = {"every succeeded top-up is in its wallet once"}
        assert [found for found in await audit(session) if found.invariant not in known] == []
