"""What is done from time to time, by one worker each time however many there are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.db import Database
from core.idempotency.run_once import forget_answers
from core.inbox.sweep import sweep
from core.orders.queries import unfinished_orders
from core.payments.confirm_received import confirm_unanswered
from core.payments.refund_attempt import confirm_unanswered_refunds
from core.reports.make_report import forget_files
from workers.waiting import wait_for_bell

log = structlog.get_logger()
ADVISORY_NAMESPACE = 0x5C4E  # of the locks that say who does a periodic job just now

SLOW_AFTER = timedelta(minutes=5)  # an order ends in milliseconds


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job and how often it is done; doing it twice must be the same as once."""

    number: int  # of its lock
    name: str
    every_seconds: float
    run: Callable[[AsyncSession], Awaitable[object]]


async def _confirm_unanswered(session: AsyncSession) -> None:
    await confirm_unanswered(session, now=utc_now())


async def _confirm_unanswered_refunds(session: AsyncSession) -> None:
    await confirm_unanswered_refunds(session, now=utc_now())


async def _report_slow_orders(session: AsyncSession) -> None:
    for order_id in await unfinished_orders(session, older_than=SLOW_AFTER, now=utc_now()):
        log.error("order-is-stuck", order_id=str(order_id))


async def _sweep(session: AsyncSession) -> None:
    await sweep(session, now=utc_now())
    await forget_answers(session, now=utc_now())
    await forget_files(session, now=utc_now())


SCHEDULE = (
    Periodic(1, "confirm-unanswered", 5, _confirm_unanswered),
    Periodic(2, "sweep", 3600, _sweep),
    Periodic(3, "confirm-unanswered-refunds", 60, _confirm_unanswered_refunds),
    Periodic(4, "report-slow-orders", 60, _report_slow_orders),
)


async def run_periodically(db: Database, job: Periodic, stopping: asyncio.Event) -> None:
    """Do a job again and again until `stopping` is set; where another worker is at it, leave it to that one."""
    never = asyncio.Event()
    while not stopping.is_set():
        async with db.transaction() as session:
            if await session.scalar(select(func.pg_try_advisory_xact_lock(ADVISORY_NAMESPACE, job.number))):
                await job.run(session)
        await wait_for_bell(never, stopping, seconds=job.every_seconds)
