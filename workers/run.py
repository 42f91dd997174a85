"""All that works after the commit, in one process, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from core.db import Database
from workers.bus.local import LocalBus
from workers.bus.port import Bus
from workers.effects.card import run_cards
from workers.effects.deliver import run_deliveries
from workers.effects.payments import (
    Providers,
    run_notices,
    run_payment_calls,
    run_reconciliation,
    run_refund_calls,
)
from workers.effects.reports import run_reports
from workers.effects.telegram import Telegram
from workers.handle import handle, handle_many
from workers.relay import run_relay
from workers.schedule import SCHEDULE, run_periodically
from workers.subscriptions import SUBSCRIPTIONS, Reaction, listeners
from workers.waiting import wait_for_bell

log = structlog.get_logger()
RESTART_SECONDS = (0.2, 1, 5, 15)
HEALTHY_SECONDS = 60  # after that long a job counts as recovered

Job = Callable[[], Awaitable[None]]


async def run_workers(db: Database, telegram: Telegram, providers: Providers, stopping: asyncio.Event) -> None:
    """Relay events, react to them, tell people, keep cards, make reports, ask providers, do what is due.

    At the end what is in flight is finished first.
    """
    bus = LocalBus(db, listeners())
    jobs: dict[str, Job] = {
        "deliveries": lambda: run_deliveries(db, telegram, stopping),
        "cards": lambda: run_cards(db, telegram, stopping),
        "reports": lambda: run_reports(db, stopping),
    }
    if providers:
        back = f"https://t.me/{telegram.username}?start=debts"
        jobs |= {
            "payment-calls": lambda: run_payment_calls(db, providers, back, stopping),
            "notices": lambda: run_notices(db, providers, stopping),
            "refund-calls": lambda: run_refund_calls(db, providers, stopping),
            "reconciliation": lambda: run_reconciliation(db, providers, stopping),
        }
    jobs |= reaction_jobs(db, bus, stopping)
    for periodic in SCHEDULE:
        jobs[periodic.name] = lambda periodic=periodic: run_periodically(db, periodic, stopping)  # type: ignore[misc]
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            group.create_task(keep_running(name, job, stopping), name=name)


def reaction_jobs(db: Database, bus: Bus, stopping: asyncio.Event) -> dict[str, Job]:
    """Return the relay and every subscription as jobs: all that changes only our database."""
    jobs: dict[str, Job] = {"relay": lambda: run_relay(db, bus, stopping)}
    for subscription in SUBSCRIPTIONS:
        jobs[subscription.name] = partial(_consume, db, bus, subscription, stopping)
    return jobs


async def _consume(db: Database, bus: Bus, subscription: Reaction, stopping: asyncio.Event) -> None:
    one, many = partial(handle, db, subscription), partial(handle_many, db, subscription)
    await bus.consume(subscription.name, one, stopping, handle_many=many)


async def keep_running(name: str, job: Job, stopping: asyncio.Event) -> None:
    """Run a job, and start it again where it breaks: the database may be away for a while, but never for good."""
    loop, failures = asyncio.get_running_loop(), 0
    while not stopping.is_set():
        began = loop.time()
        try:
            await job()
        except Exception:
            failures = 0 if loop.time() - began > HEALTHY_SECONDS else failures
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            log.exception("job-broke", job=name, again_in_seconds=pause)
            await wait_for_bell(asyncio.Event(), stopping, seconds=pause)
