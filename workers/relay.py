"""The relay: carries events from the outbox to the bus."""

import asyncio
from collections.abc import Collection

import structlog

from core.db import Database
from core.outbox.drain import drain
from core.outbox.event import REGISTRY
from core.waiting import Pace, wait_for_bell
from workers.bus.port import Bus, BusAway

log = structlog.get_logger()
POLL_SECONDS = 1.0  # finds what other processes committed
AWAY_SECONDS = 1.0


async def run_relay(
    db: Database,
    bus: Bus,
    stopping: asyncio.Event,
    *,
    known: Collection[str] = REGISTRY,
    exports: Collection[str] = (),
) -> None:
    """Publish events of `known` names until `stopping` is set, woken by every commit that emitted something.

    They are queued for `exports` too.
    """
    bell = asyncio.Event()
    db.on_commit(bell.set)
    pace = Pace(busy_seconds=POLL_SECONDS)
    while not stopping.is_set():
        bell.clear()
        try:
            drained = await drain(db, bus.publish, known=known, exports=exports)
        except BusAway as failure:  # events wait where they are, and none of them is to blame
            log.warning("bus-away", error=str(failure))
            await wait_for_bell(asyncio.Event(), stopping, seconds=AWAY_SECONDS)
            continue
        if drained:
            pace.worked()
        else:
            await wait_for_bell(bell, stopping, seconds=pace.seconds())
