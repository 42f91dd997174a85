"""Wait for work without burning the processor."""

import asyncio

CALM_AFTER_SECONDS = 20
IDLE_SECONDS = 5.0


async def wait_for_bell(bell: asyncio.Event, stopping: asyncio.Event, *, seconds: float) -> None:
    """Return when the bell rings, when it is time to stop, or after some seconds."""
    waits = [asyncio.create_task(bell.wait()), asyncio.create_task(stopping.wait())]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


class Pace:
    """How long to wait without a bell: briefly while there was work a moment ago, longer in quiet times.

    A bell rings in the process that committed; the waiting is for what other processes did and what falls due.
    """

    def __init__(self, *, busy_seconds: float) -> None:
        self._busy_seconds = busy_seconds
        self._loop = asyncio.get_running_loop()
        self._worked_at = self._loop.time()

    def worked(self) -> None:
        """Remember that there was work just now."""
        self._worked_at = self._loop.time()

    def seconds(self) -> float:
        """Return how long to wait now."""
        quiet = self._loop.time() - self._worked_at > CALM_AFTER_SECONDS
        return IDLE_SECONDS if quiet else self._busy_seconds
