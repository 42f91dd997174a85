"""Bring the database to the shape that this version of the product needs."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from core.db import asyncpg_url

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parents[1] / "alembic"
ADVISORY_LOCK = 0x5BB7  # held while migrating, so that two processes that start at once do it one after the other


class DatabaseIsNewer(Exception):
    """The database was migrated by a newer version of the product; the sentence says so."""


async def migrate(url: str) -> None:
    """Upgrade the database at `url` to the newest migration, in one transaction; quick where nothing is to do.

    :raises DatabaseIsNewer: if it stands at a migration that this version does not know.
    """
    engine = create_async_engine(asyncpg_url(url))
    try:
        async with engine.connect() as connection:
            current = await connection.run_sync(_revision)
        if current == newest_revision():
            return
        if current is not None and not (FOLDER / "versions" / f"{current}.py").exists():
            raise DatabaseIsNewer(f"The database is of a newer version of SyncBuy ({current}): update the program.")
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def newest_revision() -> str:
    """Return the name of the last migration file, which is the newest by the house rule of numbering them."""
    return max(file.stem for file in (FOLDER / "versions").glob("*.py"))


async def is_migrated(session: AsyncSession) -> bool:
    """Return whether the database has every migration that this version of the product needs.

    It may have newer ones: while a new version is rolled out, processes of the old one go on.
    """
    if not await session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        return False
    current = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return current is not None and str(current) >= newest_revision()


def _revision(connection: Connection) -> str | None:
    # Asked in plain SQL, because importing alembic costs more than the rest of a start.
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except ProgrammingError:  # there is no such table yet
        return None


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection, *, folder: Path = FOLDER) -> "Config":
    """Return the settings by which alembic works on this connection with the migrations in `folder`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["connection"] = connection
    return config
