"""The relay: carries events from the outbox to the bus."""

import asyncio
from collections.abc import Collection

import structlog

from core.db import Database
from core.outbox.drain import drain
from core.outbox.event import REGISTRY
from core.waiting import wait_for_bell
from core.work_off import work_off
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

    async def drain_next() -> bool:
        try:
            return await drain(db, bus.publish, known=known, exports=exports) > 0
        except BusAway as failure:  # events wait where they are, and none of them is to blame
            log.warning("bus-away", error=str(failure))
            await wait_for_bell(asyncio.Event(), stopping, seconds=AWAY_SECONDS)
            return True

    await work_off(db, drain_next, stopping, busy_seconds=POLL_SECONDS)
