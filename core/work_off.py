"""Work off what is due: one thing after another while there is some, and then wait to be woken."""

import asyncio
from collections.abc import Awaitable, Callable

from core.db import Database
from core.waiting import Pace, wait_for_bell


async def work_off(
    db: Database, do_next: Callable[[], Awaitable[object]], stopping: asyncio.Event, *, busy_seconds: float
) -> None:
    """Call `do_next`, which returns whether there was anything to do, until `stopping` is set.

    When there was nothing, wait for a commit that emitted something, or look again after a while: `busy_seconds` where
    there was work a moment ago, longer in quiet times.
    """
    bell, pace = asyncio.Event(), Pace(busy_seconds=busy_seconds)
    with db.on_commit(bell.set):
        while not stopping.is_set():
            bell.clear()
            if await do_next():
                pace.worked()
            else:
                await wait_for_bell(bell, stopping, seconds=pace.seconds())
