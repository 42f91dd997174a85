"""The database that the settings name: somebody's PostgreSQL, or the embedded one for as long as it is needed."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

from core.config import DatabaseSettings
from core.embedded_postgres import EmbeddedPostgres
from core.migrate import migrate

LOOK_SECONDS = 0.5


@contextlib.contextmanager
def opened_database() -> Iterator[str]:
    """Yield the address of the migrated database; the embedded one is started before and stopped after.

    :raises EmbeddedPostgresFailed: if it cannot be started.
    """
    with started_database() as url:
        asyncio.run(migrate(url))
        yield url


@contextlib.contextmanager
def started_database() -> Iterator[str]:
    """Yield the address of the database as it is, migrated or not; the embedded one is started and stopped.

    :raises EmbeddedPostgresFailed: if it cannot be started.
    """
    settings = DatabaseSettings()
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir / "postgres", binaries=settings.postgres_programs) as server:
        yield server.url


async def wait_for_database(url: str, *, seconds: float) -> None:
    """Return when the database takes connections, as one that is just starting soon does.

    :raises OSError: with its last answer, if it does not within some seconds.
    """
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine

    from core.db import asyncpg_url

    engine = create_async_engine(asyncpg_url(url))
    until = time.monotonic() + seconds
    try:
        while True:
            try:
                async with engine.connect():
                    return
            except (OSError, DBAPIError) as failure:
                if time.monotonic() >= until:
                    why = failure.orig if isinstance(failure, DBAPIError) else failure
                    raise OSError(f"The database could not be reached within {seconds:g} s: {why}") from None
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await engine.dispose()
