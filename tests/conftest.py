"""The ground that tests stand on: a real PostgreSQL, migrated once, and a database of its own for who needs one."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.migrate import migrate

# One seed for everybody: a failure on one machine is a failure on all.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


class Server:
    """A PostgreSQL in which each test may have a fresh copy of the migrated template.

    Copies are cloned rather than emptied: the ledger's tables refuse to be.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self.url = make_url(url)
        self.template = f"{prefix}_template"
        self._prefix = prefix
        self._numbers = count(1)

    def url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    async def make_template(self) -> None:
        await self._run(f'DROP DATABASE IF EXISTS "{self.template}"', f'CREATE DATABASE "{self.template}"')
        await migrate(self.url_of(self.template))

    async def clone(self) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
        await self._run(drop, f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        return name

    async def drop(self, name: str) -> None:
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url.render_as_string(hide_password=False))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the address of a PostgreSQL: DATABASE_URL's, else a throwaway one of this worker."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedPostgres.ephemeral() as server:
        yield server.url


@pytest_asyncio.fixture(scope="session")
async def server(postgres_url: str, worker_id: str) -> Server:
    """Return the server with its migrated template."""
    server = Server(postgres_url, f"syncbuy_test_{worker_id}_{os.getpid()}")
    await server.make_template()
    return server


@pytest_asyncio.fixture
async def database_url(server: Server) -> AsyncIterator[str]:
    """Return the address of a fresh migrated database of this test's own."""
    name = await server.clone()
    yield server.url_of(name)
    await server.drop(name)


@pytest_asyncio.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """Return a fresh migrated database, for tests of real commits."""
    database = Database.connect(database_url, pool_size=20)
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session")
async def shared_db(server: Server) -> AsyncIterator[Database]:
    """Return the database in which transactions are rolled back."""
    name = await server.clone()
    database = Database.connect(server.url_of(name))
    yield database
    await database.close()
    await server.drop(name)


@pytest_asyncio.fixture
async def session(shared_db: Database) -> AsyncIterator[AsyncSession]:
    """Return a session whose transaction is rolled back after the test."""
    async with shared_db.engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as session:
            yield session
        await transaction.rollback()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; skip where there is none, unless REQUIRE_BROWSER=1."""
    for path in (os.environ.get("CHROMIUM"), shutil.which("chromium"), *CHROMIUM):
        if path and Path(path).exists():
            return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, and there is no Chromium")
    pytest.skip("no Chromium on this machine")
