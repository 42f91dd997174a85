"""The database that the settings name: somebody's PostgreSQL, or the embedded one for as long as it is needed."""

import asyncio
import contextlib
from collections.abc import Iterator

from core.config import DatabaseSettings
from core.embedded_postgres import EmbeddedPostgres
from core.migrate import migrate


@contextlib.contextmanager
def opened_database() -> Iterator[str]:
    """Yield the address of the migrated database; the embedded one is started before and stopped after.

    :raises EmbeddedPostgresFailed: if it cannot be started.
    """
    settings = DatabaseSettings()
    if settings.database_url is not None:
        asyncio.run(migrate(settings.database_url))
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir / "postgres", binaries=settings.postgres_programs) as server:
        asyncio.run(migrate(server.url))
        yield server.url
