"""What is done from time to time, by one worker each time however many there are."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.db import Database
from core.inbox.sweep import sweep
from core.payments.confirm_received import confirm_unanswered
from workers.waiting import wait_for_bell

log = structlog.get_logger()
ADVISORY_NAMESPACE = 0x5C4E  # of the locks that say who does a periodic job just now


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job and how often it is done; doing it twice must be the same as once."""

    number: int  # of its lock
    name: str
    every_seconds: float
    run: Callable[[AsyncSession], Awaitable[object]]


async def _confirm_unanswered(session: AsyncSession) -> None:
    await confirm_unanswered(session, now=utc_now())


async def _sweep(session: AsyncSession) -> None:
    await sweep(session, now=utc_now())


SCHEDULE = (
    Periodic(1, "confirm-unanswered", 5, _confirm_unanswered),
    Periodic(2, "sweep", 3600, _sweep),
)


async def run_periodically(db: Database, job: Periodic, stopping: asyncio.Event) -> None:
    """Do a job again and again until `stopping` is set; where another worker is at it, leave it to that one."""
    never = asyncio.Event()
    while not stopping.is_set():
        async with db.transaction() as session:
            if await session.scalar(select(func.pg_try_advisory_xact_lock(ADVISORY_NAMESPACE, job.number))):
                await job.run(session)
        await wait_for_bell(never, stopping, seconds=job.every_seconds)
