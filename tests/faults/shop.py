"""A shop whose orders are carried by a bus to their end, for faults to happen to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import func, select

from core import clock
from core.clock import utc_now
from core.db import Database
from core.identity.actor import Actor
from core.keep_running import keep_all_running
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.orders.models import Order, OrderStatus
from core.orders.place_order import place_order
from tests.builders import NO_LIMITS, funded
from workers.bus.port import Bus
from workers.run import reaction_jobs, relay_jobs

WALLET_MINOR = 1_000_000_00
PRICE_MINOR = 1_00


@asynccontextmanager
async def carrying(db: Database, bus: Bus, *, relays: int = 1) -> AsyncIterator[None]:
    """Carry events to all that listen, for as long as the block lasts."""
    stopping = asyncio.Event()
    jobs = {**relay_jobs(db, bus, stopping), **reaction_jobs(db, bus, stopping)}
    jobs |= {f"relay-{number}": jobs["relay"] for number in range(1, relays)}
    working = asyncio.create_task(keep_all_running(jobs, stopping))
    try:
        yield
    finally:
        stopping.set()
        await working
        await bus.close()


def let_time_pass(by: timedelta = timedelta(minutes=6)) -> None:
    """Let the leases of the dead end, and what is pending be asked about again; undo it by `clock.shift`."""
    gone = utc_now() + by
    clock.shift(timedelta(0))
    clock.shift(gone - utc_now())


async def rich(db: Database) -> Actor:
    """Return somebody who can pay for a lot."""
    async with db.transaction() as session:
        return await funded(session, WALLET_MINOR)


async def place(db: Database, buyer: Actor, number: int = 0) -> None:
    """Place an order."""
    async with db.transaction() as session:
        await place_order(
            session,
            actor=buyer,
            amount_minor=PRICE_MINOR,
            currency="RUB",
            description=f"Пирожок {number}",
            limits=NO_LIMITS,
            now=utc_now(),
        )


async def unfinished(db: Database) -> int:
    """Return how many orders have not ended."""
    async with db.transaction() as session:
        waiting = select(func.count()).select_from(Order).where(Order.status == OrderStatus.NEW)
        return await session.scalar(waiting) or 0


async def until_finished(db: Database, *, within_seconds: float = 20) -> None:
    """Wait until every order has ended."""
    async with asyncio.timeout(within_seconds):
        while await unfinished(db):
            await asyncio.sleep(0.02)


async def is_exact(db: Database, buyer: Actor, orders: int) -> None:
    """Fail unless so many orders are there, each finished and paid once, and the book is right."""
    async with db.transaction() as session:
        statuses = list(await session.scalars(select(Order.status)))
        assert statuses == [OrderStatus.FINISHED] * orders
        assert await balance(session, wallet(buyer.user_id, "RUB")) == WALLET_MINOR - orders * PRICE_MINOR
        assert await audit(session) == []
