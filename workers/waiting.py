"""Wait for work without burning the processor."""

import asyncio


async def wait_for_bell(bell: asyncio.Event, stopping: asyncio.Event, *, seconds: float) -> None:
    """Return when the bell rings, when it is time to stop, or after some seconds."""
    waits = [asyncio.create_task(bell.wait()), asyncio.create_task(stopping.wait())]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
