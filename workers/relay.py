"""The relay: carries events from the outbox to the bus."""

import asyncio

from core.db import Database
from core.outbox.drain import drain
from workers.bus.port import Bus
from workers.waiting import Pace, wait_for_bell

POLL_SECONDS = 1.0  # finds what other processes committed


async def run_relay(db: Database, bus: Bus, stopping: asyncio.Event) -> None:
    """Publish until `stopping` is set, woken by every commit of this process that emitted something."""
    bell = asyncio.Event()
    db.on_commit(bell.set)
    pace = Pace(busy_seconds=POLL_SECONDS)
    while not stopping.is_set():
        bell.clear()
        if await drain(db, bus.publish):
            pace.worked()
        else:
            await wait_for_bell(bell, stopping, seconds=pace.seconds())
