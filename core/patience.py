"""Wait for the database only so long."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """Return what `work` returns; what it raises is raised.

    :raises TimeoutError: if it takes longer. It is canceled then, but not waited for: a transaction that ends waits for
        the database once more.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_hear)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise TimeoutError
        return task.result()
    finally:
        task.cancel()


def _hear(task: asyncio.Future[Any]) -> None:
    """Take note of how it ended, where nobody waits for it any more."""
    if not task.cancelled():
        task.exception()
