"""Whether what people do every day becomes slower as the book grows: the same in books of three sizes."""

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bench.figure import Figure
from bench.ground import migrated_database
from bench.history import fill
from core.accounts.statement import statement, wallets_of
from core.clock import utc_now
from core.db import Database
from core.identity.actor import Actor
from core.identity.models import User
from core.identity.people import names_of
from core.ids import PurchaseId, TaskId
from core.ledger.audit import audit
from core.ledger.models import Entry
from core.notifications.card import render_card
from core.payments.queries import claims_to_answer
from core.purchases.add_task import add_task
from core.purchases.give_back_task import give_back_task
from core.purchases.join_purchase import enter
from core.purchases.models import Purchase
from core.purchases.open_purchase import open_purchase
from core.purchases.record_spending import record_spending
from core.purchases.take_task import take_task
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Strategy
from core.settlement.queries import open_debts_of
from core.settlement.unlock_distribution import unlock_distribution

SIZES = (1_000, 100_000, 1_000_000)
PAGE = 11  # lines of a statement
PEOPLE = 80  # who look at their debts, and as many old purchases whose cards are rendered
PARTICIPANTS = 4
SPENDINGS = 3
CHANCE = random.Random(1)  # noqa: S311 -- whose turn it is, no secret


@dataclass(frozen=True, slots=True)
class Book:
    """A database with a history, and two purchases in it that go on."""

    entries: int
    db: Database
    people: list[Actor]  # the first of them owns what goes on, and has the busiest wallet
    purchases: list[PurchaseId]
    shopping: PurchaseId
    task_id: TaskId  # of the shopping
    trip: PurchaseId  # to be locked


Step = Callable[[AsyncSession, Book], Awaitable[object]]


def measure(*, quick: bool) -> list[Figure]:
    """Return the median of each action in books of 1,000, 100,000 and 1,000,000 entries, beside the smallest."""
    with migrated_database() as url:
        return asyncio.run(_measure(url, SIZES[:2] if quick else SIZES, rounds=25 if quick else 100))


async def _measure(url: str, sizes: tuple[int, ...], *, rounds: int) -> list[Figure]:
    books = [await _book(url, entries) for entries in sizes]
    steps: dict[str, Step] = {
        "my debts": _debts, "card": _card, "statement of the busiest wallet": _statement, "take a task": _take,
        "give it back": _give_back, "lock": _lock, "unlock": _unlock,
    }  # fmt: skip
    times: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for _ in range(rounds):
        for case, step in steps.items():
            for book in books:  # in turn, so that a slow moment of the machine is shared
                began = time.perf_counter()
                async with book.db.transaction() as session:
                    await step(session, book)
                times[case, book.entries].append(1000 * (time.perf_counter() - began))
    for book in books:
        await _check(book)
        await book.db.close()
    median = {key: round(statistics.median(found), 2) for key, found in times.items()}
    return [
        Figure(f"{case}, p50 with {entries:,} entries", median[case, entries], "ms", median[case, sizes[0]])
        for case in steps
        for entries in sizes
    ]


async def _book(url: str, entries: int) -> Book:
    """Return a copy of the migrated database with a history of so many entries, and two purchases that go on."""
    template = make_url(url)
    name = f"{template.database}_{entries}"
    await _alone(template.set(database="template1"), f'CREATE DATABASE "{name}" TEMPLATE "{template.database}"')
    copy = template.set(database=name).render_as_string(hide_password=False)
    await fill(copy, entries=entries)
    db = Database.connect(copy)
    async with db.transaction() as session:
        users = await session.scalars(select(User).order_by(User.id).limit(PEOPLE))
        people = [Actor(user.id, user.name, user.language, user.time_zone) for user in users]
        old = list(await session.scalars(select(Purchase.id).order_by(Purchase.id).limit(PEOPLE)))
        shopping, trip = [await _open(session, people[:PARTICIPANTS]) for _ in range(2)]
        task = await add_task(session, actor=people[0], purchase_id=shopping, title="Charcoal", now=utc_now())
        book = Book(entries, db, people, old, shopping, task.id, trip)
    await _alone(make_url(copy), "VACUUM ANALYZE")  # as autovacuum has done in a real one long ago
    return book


async def _alone(url: URL, statement: str) -> None:
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _open(session: AsyncSession, people: list[Actor]) -> PurchaseId:
    owner, *others = people
    now = utc_now()
    opened = await open_purchase(session, actor=owner, title="Barbecue", default_currency="RUB", now=now)
    for other in others:
        await enter(session, opened, other, now=now)
    for payer in people[:SPENDINGS]:
        await record_spending(session, actor=payer, purchase_id=opened.id, title="Food", cost_minor=1000_00, now=now)
    return opened.id


async def _debts(session: AsyncSession, book: Book) -> None:
    actor = CHANCE.choice(book.people)
    debts = await open_debts_of(session, actor=actor)
    await claims_to_answer(session, actor.user_id)
    await names_of(session, [person for debt, _ in debts for person in (debt.payer_id, debt.payee_id)], actor.language)
    assert debts


async def _card(session: AsyncSession, book: Book) -> None:
    await render_card(session, CHANCE.choice(book.purchases))


async def _statement(session: AsyncSession, book: Book) -> None:
    owner = book.people[0]
    await wallets_of(session, owner.user_id)
    assert len(await statement(session, user_id=owner.user_id, currency="RUB", limit=PAGE)) == PAGE


async def _take(session: AsyncSession, book: Book) -> None:
    await take_task(session, actor=book.people[0], task_id=book.task_id, now=utc_now())


async def _give_back(session: AsyncSession, book: Book) -> None:
    await give_back_task(session, actor=book.people[0], task_id=book.task_id, now=utc_now())


async def _lock(session: AsyncSession, book: Book) -> None:
    await lock_distribution(
        session,
        actor=book.people[0],
        purchase_id=book.trip,
        strategy=Strategy.ACCRUALS,
        due_after=timedelta(days=7),
        now=utc_now(),
    )


async def _unlock(session: AsyncSession, book: Book) -> None:
    await unlock_distribution(session, actor=book.people[0], purchase_id=book.trip, now=utc_now())


async def _check(book: Book) -> None:
    """Refuse figures of a book that does not add up, or is smaller than it says."""
    async with book.db.transaction() as session:
        written = await session.scalar(select(func.count()).select_from(Entry)) or 0
        assert written >= book.entries * 0.98
        assert await audit(session) == []
