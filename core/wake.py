"""Wake other processes after a commit, and be woken after theirs."""

import asyncio
from typing import Any, cast

from core.db import BELLS, CHANGED, WAKE, Database
from core.waiting import wait_for_bell

CHANNEL = "syncbuy_wake"
# One word wakes everybody for whatever was committed meanwhile. Of changes people are told within a tenth of a second,
# and nobody but who tells them is woken for it.
SECONDS_BETWEEN = {WAKE: 0.02, CHANGED: 0.01}
LOOK_SECONDS = 30.0


async def run_wake(db: Database, stopping: asyncio.Event) -> None:
    """Carry the bells of `Database.on_commit` between processes until `stopping` is set.

    The word is no part of the transaction that it tells of: a NOTIFY within one takes a lock that orders all commits of
    the server. It promises nothing, so whoever waits for work looks from time to time all the same.

    :raises OSError: if the connection breaks.
    """
    rung, untold = asyncio.Event(), set[str]()

    def tell(name: str) -> None:
        untold.add(name)
        rung.set()

    db.on_ring(tell)
    async with db.engine.connect() as connection:
        driver = cast("Any", (await connection.get_raw_connection()).driver_connection)
        me = driver.get_server_pid()

        def hear(_: object, pid: int, __: object, name: str) -> None:
            if pid != me:
                db.ring_here(name or WAKE)  # an earlier version knows one bell, which has no name

        await driver.add_listener(CHANNEL, hear)
        driver.add_termination_listener(lambda _: rung.set())  # or it would stay deaf until the next look
        # What is lost when the server stops is a word that nobody waits for any more.
        await driver.execute("SET synchronous_commit = off")
        try:
            for name in BELLS:
                db.ring_here(name)  # for what was committed while nobody listened
            await _pass_on(driver, rung, untold, stopping)
        finally:
            if not driver.is_closed():
                await driver.remove_listener(CHANNEL, hear)
                await driver.execute("RESET synchronous_commit")


async def _pass_on(driver: Any, rung: asyncio.Event, untold: set[str], stopping: asyncio.Event) -> None:
    """Tell the others which bells rang, each not too often."""
    loop, next_at = asyncio.get_running_loop(), dict.fromkeys(BELLS, 0.0)
    while not stopping.is_set():
        if driver.is_closed():
            raise ConnectionError("the connection that listens is gone")
        now = loop.time()
        for name in [name for name in untold if next_at[name] <= now]:
            untold.discard(name)
            next_at[name] = now + SECONDS_BETWEEN[name]
            await driver.execute(f"NOTIFY {CHANNEL}, '{name}'")
        wait = min((next_at[name] - loop.time() for name in untold), default=LOOK_SECONDS)
        if wait > 0:
            rung.clear()
            await wait_for_bell(rung, stopping, seconds=wait)
