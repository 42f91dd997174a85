"""Processes that wake each other after a commit."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text

from core.db import Database
from core.ids import new_id
from core.outbox.emit import emit
from core.outbox.event import Event
from core.wake import run_wake


class Woke(Event):
    """Something that somebody waits for."""

    name: ClassVar[str] = "test.woke"
    aggregate: ClassVar[str] = "who"
    who: UUID


@pytest.fixture
def bells() -> Iterator[ExitStack]:
    """Return what takes bells away again after the test."""
    with ExitStack() as stack:
        yield stack


class TestABell:
    async def test_of_a_job_that_broke_rings_no_more(self, db: Database) -> None:
        rung = asyncio.Event()
        with pytest.raises(ZeroDivisionError), db.on_commit(rung.set):
            _ = 1 // 0

        async with db.transaction() as session:
            emit(session, Woke(who=new_id()))

        assert not rung.is_set()


class TestAProcess:
    async def test_wakes_the_others_after_its_commit_and_is_not_woken_by_its_own_word(
        self, database_url: str, bells: ExitStack
    ) -> None:
        mine, theirs = Database.connect(database_url), Database.connect(database_url)
        rung_here, rung_there, stopping = list[None](), asyncio.Event(), asyncio.Event()
        waking = [asyncio.create_task(run_wake(db, stopping)) for db in (mine, theirs)]
        bells.enter_context(mine.on_commit(lambda: rung_here.append(None)))
        bells.enter_context(theirs.on_commit(rung_there.set))
        async with asyncio.timeout(10):
            await rung_there.wait()  # it has begun to listen
            while not rung_here:
                await asyncio.sleep(0.01)
        rung_here.clear()

        for _ in range(5):
            rung_there.clear()
            async with mine.transaction() as session:
                emit(session, Woke(who=new_id()))
            async with asyncio.timeout(10):
                await rung_there.wait()

        assert len(rung_here) == 5  # once for each commit of its own
        stopping.set()
        await asyncio.gather(*waking)
        await mine.close()
        await theirs.close()

    async def test_notices_at_once_that_the_database_has_hung_up(self, database_url: str, bells: ExitStack) -> None:
        mine, other = Database.connect(database_url), Database.connect(database_url)
        rung, stopping = asyncio.Event(), asyncio.Event()
        waking = asyncio.create_task(run_wake(mine, stopping))
        bells.enter_context(mine.on_commit(rung.set))
        async with asyncio.timeout(10):
            await rung.wait()  # it has begun to listen

        async with other.transaction() as session:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            await session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(waking, 10)
        await mine.close()
        await other.close()

    async def test_says_nothing_of_a_transaction_that_emitted_nothing(
        self, database_url: str, bells: ExitStack
    ) -> None:
        mine, theirs = Database.connect(database_url), Database.connect(database_url)
        rung, stopping = list[str](), asyncio.Event()
        waking = [asyncio.create_task(run_wake(db, stopping)) for db in (mine, theirs)]
        bells.enter_context(theirs.on_commit(lambda: rung.append("there")))
        async with asyncio.timeout(10):
            while not rung:
                await asyncio.sleep(0.01)
        rung.clear()

        async with mine.transaction():
            pass
        async with mine.transaction() as session:
            emit(session, Woke(who=new_id()))
        async with asyncio.timeout(10):
            while not rung:
                await asyncio.sleep(0.01)

        assert len(rung) == 1
        stopping.set()
        await asyncio.gather(*waking)
        await mine.close()
        await theirs.close()
