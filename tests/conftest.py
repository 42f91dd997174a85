"""The ground that tests stand on: a real PostgreSQL, migrated once, and a database of its own for who needs one."""

import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from core.config import LoggingSettings
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.logs import set_up_logs
from core.secrets import Secrets
from sandbox.rabbitmq import RabbitNode, server_script, throwaway_rabbitmq
from tests.databases import Server
from tests.workers.buses import Buses, forget
from tests.workers.kafka_broker import KafkaBroker, broker_program
from workers.subscriptions import listeners

# One seed for everybody: a failure on one machine is a failure on all.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def pytest_configure() -> None:
    """Log as the product does, and let no test of this process reach beyond this machine, a given database aside."""
    set_up_logs(LoggingSettings())  # what structlog does by itself takes seconds for each traceback
    near = {"", "localhost"}
    given = make_url(os.environ.get("DATABASE_URL", "postgresql://")).host
    if given is not None:
        near |= {given, *(str(found[4][0]) for found in socket.getaddrinfo(given, None))}

    def refuse_what_is_far(event: str, arguments: tuple[object, ...]) -> None:
        match event, arguments:
            case "socket.getaddrinfo", (str(host), *_):
                pass
            case "socket.connect" | "socket.sendto", (_, (str(host), *_)):
                pass
            case _:
                return
        if host not in near and not _is_loopback(host):
            raise RuntimeError(f"a test wants to reach {host}, which is not on this machine")

    sys.addaudithook(refuse_what_is_far)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


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
async def server(postgres_url: str, worker_id: str) -> AsyncIterator[Server]:
    """Return what makes databases for the tests of this worker."""
    server = Server(postgres_url, f"syncbuy_test_{worker_id}_{os.getpid()}")
    yield server
    await server.close()


@pytest_asyncio.fixture
async def database_url(server: Server) -> AsyncIterator[str]:
    """Return the address of a fresh migrated database of this test's own."""
    name = await server.create()
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
    name = await server.create()
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


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    """Return the keys of an installation of the test's own."""
    return Secrets(tmp_path / "secrets.json")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; skip where there is none, unless REQUIRE_BROWSER=1."""
    for path in (os.environ.get("CHROMIUM"), shutil.which("chromium"), *CHROMIUM):
        if path and Path(path).exists():
            return path
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, and there is no Chromium")
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitNode]:
    """Return a throwaway RabbitMQ of this worker; skip where none is installed, unless REQUIRE_RABBITMQ=1."""
    _need_rabbitmq()
    with throwaway_rabbitmq() as node:
        yield node


@pytest.fixture
def own_rabbitmq() -> Iterator[RabbitNode]:
    """Return a RabbitMQ of the test's own, to be restarted: one that comes back lame would fail every later test."""
    _need_rabbitmq()
    with throwaway_rabbitmq() as node:
        yield node


def _need_rabbitmq() -> None:
    if server_script() is None:
        if os.environ.get("REQUIRE_RABBITMQ") == "1":
            pytest.fail("REQUIRE_RABBITMQ=1, and there is no rabbitmq-server")
        pytest.skip("no RabbitMQ on this machine")


@pytest.fixture
def kafka() -> Iterator[KafkaBroker]:
    """Return a throwaway broker that speaks Kafka's protocol; skip where there is none, unless REQUIRE_KAFKA=1."""
    program = broker_program()
    if program is None:
        if os.environ.get("REQUIRE_KAFKA") == "1":
            pytest.fail("REQUIRE_KAFKA=1, and there is no broker for it")
        pytest.skip("no Kafka-protocol broker for this platform")
    broker = KafkaBroker(program)
    broker.start()
    yield broker
    broker.kill()


@pytest_asyncio.fixture(params=["local", "rabbitmq"])
async def buses(request: pytest.FixtureRequest, db: Database) -> AsyncIterator[Buses]:
    """Return what makes buses of one kind; each test of the port is run with every kind."""
    node: RabbitNode | None = None if request.param == "local" else request.getfixturevalue("rabbitmq")
    buses = Buses(db, None if node is None else node.url)
    yield buses
    await buses.forget()


@pytest_asyncio.fixture(params=["local", "rabbitmq"])
async def every_bus(request: pytest.FixtureRequest, db: Database) -> AsyncIterator[Buses]:
    """Return what makes buses of one kind that carry the product's own events; each test is run with every kind."""
    node: RabbitNode | None = request.getfixturevalue("rabbitmq") if request.param == "rabbitmq" else None
    buses = Buses(db, None if node is None else node.url)
    yield buses
    if node is not None:
        await forget(node.url, buses.prefix, listeners())
        await buses.forget()
