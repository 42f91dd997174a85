"""All that works after the commit, until it is told to stop: everything in one process, or some roles of it."""

import asyncio
from collections.abc import Collection
from enum import StrEnum
from functools import partial

from core.config import BusSettings, KafkaSettings
from core.db import Database
from core.keep_running import Job, keep_all_running
from workers.bus.local import LocalBus
from workers.bus.port import Bus
from workers.effects.card import run_cards
from workers.effects.deliver import run_deliveries
from workers.effects.kafka import exports_of, run_export
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


class Role(StrEnum):
    """What a process of workers does; any number of processes may do the same."""

    RELAY = "relay"  # carries events from the outbox to the bus
    REACTIONS = "reactions"  # handles events: changes only our database
    EFFECTS = "effects"  # does what is due outside: Telegram, providers, Kafka
    SCHEDULE = "schedule"  # does what is due by the clock


def new_bus(db: Database, settings: BusSettings) -> Bus:
    """Return the bus that the settings name: over a broker, or the one that needs none."""
    if settings.amqp_url is None:
        return LocalBus(db, listeners())
    from workers.bus.rabbit import RabbitBus

    return RabbitBus(db, listeners(), url=settings.amqp_url, prefix=settings.amqp_prefix)


async def run_workers(
    db: Database,
    bus: Bus,
    stopping: asyncio.Event,
    *,
    telegram: Telegram | None,
    providers: Providers,
    kafka: KafkaSettings,
    roles: Collection[Role] = tuple(Role),
) -> None:
    """Do what the roles say until `stopping` is set; what is in flight is finished first.

    `telegram` may be None where there is no role of effects.
    """
    jobs: dict[str, Job] = {}
    if Role.EFFECTS in roles:
        assert telegram is not None
        jobs |= _effects(db, telegram, providers, stopping)
        jobs |= {name: partial(run_export, db, kafka, stopping) for name in exports_of(kafka)}
    if Role.RELAY in roles:
        jobs |= relay_jobs(db, bus, stopping, exports=exports_of(kafka))
    if Role.REACTIONS in roles:
        jobs |= reaction_jobs(db, bus, stopping)
    if Role.SCHEDULE in roles:
        jobs |= {periodic.name: partial(run_periodically, db, periodic, stopping) for periodic in SCHEDULE}
    try:
        await keep_all_running(jobs, stopping)
    finally:
        await bus.close()


def relay_jobs(db: Database, bus: Bus, stopping: asyncio.Event, *, exports: Collection[str] = ()) -> dict[str, Job]:
    """Return what carries events to the bus and into the queues of exports, and what the bus itself needs."""
    return {"relay": partial(run_relay, db, bus, stopping, exports=exports), **bus.chores(stopping)}


def reaction_jobs(db: Database, bus: Bus, stopping: asyncio.Event) -> dict[str, Job]:
    """Return every subscription as a job: all that changes only our database."""
    return {each.name: partial(_consume, db, bus, each, stopping) for each in SUBSCRIPTIONS}


def _effects(db: Database, telegram: Telegram, providers: Providers, stopping: asyncio.Event) -> dict[str, Job]:
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
    return jobs


async def _consume(db: Database, bus: Bus, subscription: Reaction, stopping: asyncio.Event) -> None:
    one, many = partial(handle, db, subscription), partial(handle_many, db, subscription)
    await bus.consume(subscription.name, one, stopping, handle_many=many)
