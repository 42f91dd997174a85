"""Wake other processes after a commit, and be woken after theirs."""

import asyncio
from typing import Any, cast

from core.db import Database
from core.waiting import wait_for_bell

CHANNEL = "syncbuy_wake"
SECONDS_BETWEEN = 0.05  # one word wakes everybody for whatever was committed meanwhile
LOOK_SECONDS = 30.0


async def run_wake(db: Database, stopping: asyncio.Event) -> None:
    """Carry the bell of `Database.on_commit` between processes until `stopping` is set.

    The word is no part of the transaction that it tells of: a NOTIFY within one takes a lock that orders all commits of
    the server. It promises nothing, so whoever waits for work looks from time to time all the same.

    :raises OSError: if the connection breaks.
    """
    told = asyncio.Event()
    with db.on_commit(told.set, of_others=False):
        async with db.engine.connect() as connection:
            driver = cast("Any", (await connection.get_raw_connection()).driver_connection)
            me = driver.get_server_pid()

            def hear(_: object, pid: int, *__: object) -> None:
                if pid != me:
                    db.ring_here()

            await driver.add_listener(CHANNEL, hear)
            driver.add_termination_listener(lambda _: told.set())  # or it would stay deaf until the next look
            # What is lost when the server stops is a word that nobody waits for any more.
            await driver.execute("SET synchronous_commit = off")
            try:
                db.ring_here()  # for what was committed while nobody listened
                while not stopping.is_set():
                    await wait_for_bell(told, stopping, seconds=LOOK_SECONDS)
                    if driver.is_closed():
                        raise ConnectionError("the connection that listens is gone")
                    if told.is_set():
                        told.clear()
                        await driver.execute(f"NOTIFY {CHANNEL}")
                        await wait_for_bell(asyncio.Event(), stopping, seconds=SECONDS_BETWEEN)
            finally:
                if not driver.is_closed():
                    await driver.remove_listener(CHANNEL, hear)
                    await driver.execute("RESET synchronous_commit")
