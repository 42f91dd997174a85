"""What is done from time to time, by one worker each time however many there are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import on_shift, utc_now
from core.db import Database
from core.ledger.audit import audit
from core.ledger.last_audit import VIOLATIONS_KEPT_MAX, record_audit, was_audited_within
from core.orders.queries import unfinished_orders
from core.payments.confirm_received import confirm_unanswered
from core.payments.expire_attempts import expire_attempts, expire_refund_requests
from core.payments.refund_attempt import confirm_unanswered_refunds
from core.reminders.due import send_due
from core.reports.make_report import forget_files
from core.retention import sweep
from core.settlement.expire_intents import expire_intents
from core.telemetry.trail import entering
from core.waiting import wait_for_bell

log = structlog.get_logger()
ADVISORY_NAMESPACE = 0x5C4E  # of the locks that say who does a periodic job just now

AGAIN_SECONDS = 0.2  # before a job that is not done goes on; meanwhile others have the database
SLOW_AFTER = timedelta(minutes=5)  # an order ends in milliseconds
AUDIT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job and how often it is done; doing it twice must be the same as once. It returns True if more waits."""

    number: int  # of its lock
    name: str
    every_seconds: float
    run: Callable[[AsyncSession], Awaitable[object]]
    in_snapshot: bool = False  # it reads much, and all of it as it stood at one moment


async def _confirm_unanswered(session: AsyncSession) -> None:
    await confirm_unanswered(session, now=utc_now())


async def _confirm_unanswered_refunds(session: AsyncSession) -> None:
    await confirm_unanswered_refunds(session, now=utc_now())


async def _report_slow_orders(session: AsyncSession) -> None:
    for order_id in await unfinished_orders(session, older_than=SLOW_AFTER, now=utc_now()):
        log.error("order-is-stuck", order_id=str(order_id))


async def _sweep(session: AsyncSession) -> bool:
    await forget_files(session, now=utc_now())
    return await sweep(session, now=utc_now())


async def _expire(session: AsyncSession) -> None:
    await expire_intents(session, now=utc_now())


async def _expire_unanswered(session: AsyncSession) -> None:
    await expire_attempts(session, now=utc_now())
    await expire_refund_requests(session, now=utc_now())


async def _remind(session: AsyncSession) -> None:
    await send_due(session, now=utc_now())


async def _audit(session: AsyncSession) -> None:
    if await was_audited_within(session, AUDIT_EVERY):
        return  # by another worker
    violations = await audit(session)
    await record_audit(session, violations)
    for violation in violations[:VIOLATIONS_KEPT_MAX]:
        log.error("invariant-violated", invariant=violation.invariant, key=violation.key, detail=violation.detail)


SCHEDULE = (
    Periodic(1, "confirm-unanswered", 5, _confirm_unanswered),
    Periodic(2, "sweep", 3600, _sweep),
    Periodic(3, "confirm-unanswered-refunds", 60, _confirm_unanswered_refunds),
    Periodic(4, "report-slow-orders", 60, _report_slow_orders),
    Periodic(20, "expire-debts", 5, _expire),
    Periodic(21, "expire-unanswered", 60, _expire_unanswered),
    Periodic(22, "remind", 5, _remind),
    Periodic(23, "audit", 15, _audit, in_snapshot=True),
)


async def run_periodically(db: Database, job: Periodic, stopping: asyncio.Event) -> None:
    """Do a job again and again until `stopping` is set; where another worker is at it, leave it to that one."""
    shifted = asyncio.Event()
    with on_shift(shifted.set):
        while not stopping.is_set():
            shifted.clear()
            is_more = False
            async with db.snapshot() if job.in_snapshot else db.transaction() as session:
                if await session.scalar(select(func.pg_try_advisory_xact_lock(ADVISORY_NAMESPACE, job.number))):
                    with entering(job.name, job=job.name):
                        is_more = await job.run(session) is True
            await wait_for_bell(shifted, stopping, seconds=AGAIN_SECONDS if is_more else job.every_seconds)
