"""Run one of the product's processes: settings, logs, figures, database, signals, and an end in good order."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog

from core.config import DatabaseSettings, LoggingSettings, TelemetrySettings, WrongSettings, check_settings
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed
from core.logs import set_up_logs
from core.migrate import is_migrated
from core.telemetry.tracing import traced
from core.waiting import wait_for_bell
from core.watch.serve import shown

log = structlog.get_logger()
LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 30.0  # for what is in flight at the end; then the process ends, and others do it again

Work = Callable[[Database, asyncio.Event], Awaitable[None]]


def run_process(name: str, work: Work, *, waits_for_migration: bool = True) -> None:
    """Let `work` have the database of the settings until Ctrl-C or SIGTERM, and end the process if it cannot start.

    The database is migrated by others (`python -m admin db migrate`); until it is, `work` does not begin, unless it
    does not wait for that.
    """
    try:
        check_settings()
        set_up_logs(LoggingSettings())
        settings = DatabaseSettings()
        with contextlib.ExitStack() as stack:
            url = settings.database_url
            if url is None:
                folder = settings.data_dir.joinpath("postgres")
                url = stack.enter_context(EmbeddedPostgres(folder, binaries=settings.postgres_programs)).url
            stack.enter_context(traced(TelemetrySettings(), process=name))
            with asyncio.Runner(loop_factory=quickest_loop()) as runner:
                runner.run(_run(url, work, waits_for_migration=waits_for_migration))
    except (WrongSettings, EmbeddedPostgresFailed, OSError) as failure:
        sys.stderr.write(f"The {name} did not start. {failure}\n")
        sys.exit(1)


async def _run(database_url: str, work: Work, *, waits_for_migration: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    db = Database.connect(database_url, pool_size=DatabaseSettings().database_pool_size)
    try:
        async with shown(db, TelemetrySettings()):
            if not waits_for_migration or await _is_ready(db, stopping):
                await _until_done(work(db, stopping), stopping)
    finally:
        await db.close()


async def _is_ready(db: Database, stopping: asyncio.Event) -> bool:
    """Wait until the database is there and migrated, and return whether it is; it is not when it is time to stop."""
    is_told = False
    while not stopping.is_set():
        with contextlib.suppress(Exception):  # it is not there yet, whatever it says
            async with db.transaction() as session:
                if await is_migrated(session):
                    return True
        if not is_told:
            log.warning("waiting-for-the-database", hint="it is away, or nobody has migrated it")
            is_told = True
        await wait_for_bell(asyncio.Event(), stopping, seconds=LOOK_SECONDS)
    return False


async def _until_done(work: Awaitable[None], stopping: asyncio.Event) -> None:
    """Wait for the end of `work`, for a while only after it was told to stop.

    :raises Exception: what ended it.
    """
    doing = asyncio.ensure_future(work)
    doing.add_done_callback(lambda _: stopping.set())
    await stopping.wait()
    try:
        await asyncio.wait_for(doing, PATIENCE_SECONDS)
    except TimeoutError:
        log.error("not-finished", seconds=PATIENCE_SECONDS)  # noqa: TRY400 -- where it stood says nothing


def quickest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the quickest event loop of this platform; None: the standard one."""
    try:
        import uvloop
    except ImportError:  # there is none for this platform
        return None
    return uvloop.new_event_loop
