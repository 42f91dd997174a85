"""Run a job that must not end, and start it again where it breaks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from core.telemetry.measures import JOBS_BROKEN
from core.waiting import wait_for_bell

log = structlog.get_logger()
RESTART_SECONDS = (0.2, 0.5, 1, 2)  # whoever waits for a database is back soon after it
HEALTHY_SECONDS = 60  # after that long a job counts as recovered

Job = Callable[[], Awaitable[None]]


async def keep_running(name: str, job: Job, stopping: asyncio.Event) -> None:
    """Run a job, and start it again where it breaks: the database may be away for a while, but never for good."""
    loop, failures = asyncio.get_running_loop(), 0
    while not stopping.is_set():
        began = loop.time()
        try:
            await job()
        except (Exception, asyncio.CancelledError) as failure:
            if is_told_to_end(failure):
                raise
            failures = 0 if loop.time() - began > HEALTHY_SECONDS else failures
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            JOBS_BROKEN.labels(name).inc()
            log.exception("job-broke", job=name, again_in_seconds=pause)
            await wait_for_bell(asyncio.Event(), stopping, seconds=pause)


def is_told_to_end(failure: BaseException) -> bool:
    """Return whether it was this very task that somebody cancelled.

    A library that gives a connection up may say CancelledError to whoever waits for it; that is a failure as any other.
    """
    task = asyncio.current_task()
    return isinstance(failure, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def keep_all_running(jobs: Mapping[str, Job], stopping: asyncio.Event) -> None:
    """Keep jobs running side by side, by their names, until `stopping` is set and each has ended in good order."""
    async with asyncio.TaskGroup() as group:
        for name, job in jobs.items():
            group.create_task(keep_running(name, job, stopping), name=name)
