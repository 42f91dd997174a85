"""The database: the base of all tables, and the only place that commits."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

import asyncpg
from sqlalchemy import BigInteger, ClauseElement, DateTime, MetaData, Text, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler

from core import ids

# A host that dies says no goodbye: its locks come back when the server notices, in a minute instead of two hours.
DEAD_CLIENTS = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "5min",
}
# The bells, and the keys of session.info by which a transaction has one rung after its commit.
WAKE = "wake"  # it emitted something that somebody waits for
CHANGED = "changed"  # it wrote down a change that people are to be told of
BELLS = (WAKE, CHANGED)
# SQLSTATE: no connection, no room, going down; no such database; a table or column that a migration is still to make.
_AWAY = ("08", "53", "57", "3D000", "42P01", "42703")


def asyncpg_url(url: str) -> str:
    """Return the address of a PostgreSQL as SQLAlchemy wants it for asyncpg."""
    _, _, rest = url.partition("://")
    return f"postgresql+asyncpg://{rest}"


class Base(DeclarativeBase):
    """What every table has in common: names of constraints, and the PostgreSQL type of each Python type."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **{kind: Uuid() for kind in ids.ALL},
        UUID: Uuid(),
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
    }


def _refuse_if_closed(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """Make the pool open a new connection in place of one that its server has closed, as by a restart.

    asyncpg is told of that by the socket and needs not ask: a ping would cost three round trips per transaction. A
    connection that breaks without a word raises at its next statement, and the pool then replaces every one.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class Database:
    """A pool of connections, transactions that commit at their end, and a bell that rings after the commit."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._bells: dict[str, list[Callable[[], None]]] = {name: [] for name in BELLS}
        self._outward: list[Callable[[str], None]] = []

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> "Database":
        """Return a database at `url` (postgresql://...); nothing is opened before the first transaction."""
        engine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"server_settings": DEAD_CLIENTS},
        )
        event.listen(engine.sync_engine, "checkout", _refuse_if_closed)
        return cls(engine)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block, or rolls back if it raises."""
        async with self._sessions.begin() as session:
            yield session
        for name in BELLS:
            if session.info.get(name):
                self.ring(name)

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction all of whose statements see the rows as the first one saw them (REPEATABLE READ)."""
        async with self.transaction() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextlib.asynccontextmanager
    async def own_connection(self) -> AsyncIterator[AsyncConnection]:
        """Keep a connection of the pool for the whole block; each of its statements is a transaction of its own."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def run_alone(self, statement: "Alone", parameters: Mapping[str, Any]) -> Any:
        """Carry out one statement as a transaction of its own, in one round trip, and return its first value or None.

        Nobody is woken: `ring` does that.

        :raises DBAPIError: as the statements of a transaction do.
        """
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            try:
                return await cast("Any", driver).fetchval(statement.sql, *statement.arguments(parameters))
            except (asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
                is_gone = cast("Any", driver).is_closed()
                raise DBAPIError(statement.sql, None, failure, connection_invalidated=is_gone) from failure

    @contextlib.contextmanager
    def on_commit(self, bell: Callable[[], None], *, name: str = WAKE) -> Iterator[None]:
        """Call `bell` within the block after each commit that rings the one of this name.

        That of work is rung by what emits an event; those of other processes where `run_wake` runs.
        """
        with _hung_up(self._bells[name], bell):
            yield

    @contextlib.contextmanager
    def on_ring(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Call `tell` within the block with the name of each bell that this process rings."""
        with _hung_up(self._outward, tell):
            yield

    def ring(self, name: str = WAKE) -> None:
        """Wake everybody who waits for this bell: here, and by `run_wake` in other processes."""
        self.ring_here(name)
        for tell in self._outward:
            tell(name)

    def ring_here(self, name: str = WAKE) -> None:
        """Wake everybody in this process who waits for this bell."""
        for bell in self._bells.get(name, ()):
            bell()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def is_away(failure: BaseException) -> bool:
    """Return whether the database could not be asked, rather than said no: in a moment it may be there again."""
    if isinstance(failure, OSError | PoolExhausted):
        return True
    if isinstance(failure, DBAPIError) and failure.connection_invalidated:
        return True
    said = failure.orig if isinstance(failure, DBAPIError) else failure  # a connection that is refused raises as it is
    return (getattr(said, "sqlstate", None) or "").startswith(_AWAY)


@contextlib.contextmanager
def _hung_up(bells: list[Any], bell: object) -> Iterator[None]:
    bells.append(bell)
    try:
        yield
    finally:
        bells.remove(bell)


class Alone:
    """A statement that is handed to asyncpg as it is, for the few places where SQLAlchemy costs more than the database.

    Outside of a transaction PostgreSQL makes every statement one of its own. `names` are those of its parameters.
    """

    def __init__(self, statement: ClauseElement, *, names: Sequence[str]) -> None:
        dialect = dialects.dialect()  # type: ignore[no-untyped-call]
        compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
        self.sql = str(compiled)
        self._fixed = compiled.params
        self._processors = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return what stands for $1, $2, ...: `parameters`, and what the statement itself says."""
        values = {**self._fixed, **parameters}
        return [process(values[name]) if process else values[name] for name, process in self._processors]
