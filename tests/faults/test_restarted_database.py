"""The database restarts under a program that holds connections to it: nobody notices who asks afterwards."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.db import Database
from core.embedded_postgres import EmbeddedPostgres

CONNECTIONS = 5


async def _ask(db: Database) -> int:
    """Return which process of the server answers, slowly enough that every connection is taken at once."""
    async with db.transaction() as session:
        pid: int = await session.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.05)"))
        return pid


async def _ask_at_once(db: Database) -> set[int]:
    return set(await asyncio.gather(*(_ask(db) for _ in range(CONNECTIONS))))


class TestARestartOfTheDatabase:
    async def test_is_not_noticed_by_who_waited_meanwhile(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            db = Database.connect(server.url, pool_size=CONNECTIONS)
            before = await _ask_at_once(db)
            assert len(before) == CONNECTIONS

            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)

            after = await _ask_at_once(db)
            assert len(after) == CONNECTIONS
            assert before.isdisjoint(after)
            await db.close()

    async def test_fails_who_is_at_work_and_nobody_after_them(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            db = Database.connect(server.url, pool_size=CONNECTIONS)
            await _ask_at_once(db)

            async with db.transaction() as session:
                await session.execute(text("SELECT 1"))
                await asyncio.to_thread(server.stop)
                with pytest.raises((DBAPIError, OSError)):
                    await _ask(db)
                await asyncio.to_thread(server.start)
                with pytest.raises(DBAPIError):
                    await session.execute(text("SELECT 1"))
                await session.invalidate()

            assert len(await _ask_at_once(db)) == CONNECTIONS
            await db.close()

    async def test_costs_one_transaction_where_the_socket_says_nothing(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            db = Database.connect(server.url, pool_size=CONNECTIONS)
            await _ask_at_once(db)
            # The loop stands still meanwhile, so that nothing is read from the sockets before the next statement.
            server.stop()
            server.start()

            with pytest.raises(DBAPIError):
                await _ask(db)

            assert len(await _ask_at_once(db)) == CONNECTIONS
            await db.close()
