"""What a database does to those who use it: it ends connections and transactions, and has none left to give."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneIsFree
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from core import keep_running
from core.db import Database, asyncpg_url
from core.embedded_postgres import EmbeddedPostgres
from core.ids import EventId, new_id
from core.migrate import migrate
from core.notifications.models import Notification
from core.notifications.queue import Recipient, notify, notify_all
from core.outbox.event import Event
from core.outbox.models import DeadLetter
from tests.builders import NOW, person
from tests.faults.shop import carrying, is_exact, place, rich, unfinished, until_finished
from tests.workers.buses import Buses, Rang, Working, left, ring, until
from workers.bus import local
from workers.handle import handle
from workers.subscriptions import Reaction, listeners

END_OTHERS = text("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()""")


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_running, "RESTART_SECONDS", (0.05,))


class TestAStormOfBrokenConnections:
    async def test_f14_loses_and_doubles_no_order(self, every_bus: Buses, database_url: str, db: Database) -> None:
        buyer, ours, placed = await rich(db), Database.connect(database_url, pool_size=5), 0
        stormer = Database(create_async_engine(asyncpg_url(database_url), isolation_level="AUTOCOMMIT"))

        async with carrying(ours, every_bus.new(listeners(), db=ours)):
            for number in range(40):
                await place(db, buyer, number)
                placed += 1
                if number % 4 == 0:
                    async with stormer.engine.connect() as connection:
                        await connection.execute(END_OTHERS)
                    await _again(db)
            await until_finished(db)

        await is_exact(db, buyer, placed)
        assert await left(db, DeadLetter) == 0
        await stormer.close()
        await ours.close()


async def _again(db: Database) -> None:
    """Ask until there is a connection that works: those of before the storm fail once."""
    while True:
        try:
            await unfinished(db)
        except (DBAPIError, OSError):
            continue
        return


class TestAnOutage:
    @pytest.mark.parametrize("kind", ["local", "rabbitmq"])
    async def test_r04_under_load_is_made_good_within_ten_seconds_of_its_end(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        """The server is stopped like a machine without power, and what was answered as committed is there after."""
        url = request.getfixturevalue("rabbitmq").url if kind == "rabbitmq" else None
        with EmbeddedPostgres.ephemeral(is_durable=True) as server:
            await migrate(server.url)
            db = Database.connect(server.url)
            buyer, buses, placed = await rich(db), Buses(db, url), 0
            async with carrying(db, buses.new(listeners())):
                for number in range(60):
                    if number == 30:
                        await asyncio.to_thread(server.crash)
                        with pytest.raises((DBAPIError, OSError)):
                            await place(db, buyer)
                        await asyncio.to_thread(server.start)
                        await _again(db)
                    await place(db, buyer, number)
                    placed += 1
                await until_finished(db, within_seconds=10)
            await is_exact(db, buyer, placed)
            await db.close()


class TestAPool:
    async def test_f14_that_is_exhausted_lets_everybody_wait_for_their_turn(
        self, every_bus: Buses, database_url: str, db: Database
    ) -> None:
        buyer, narrow = await rich(db), Database.connect(database_url, pool_size=2)

        async with carrying(db, every_bus.new(listeners())):
            await asyncio.gather(*(place(narrow, buyer, number) for number in range(40)))
            await until_finished(db)

        await is_exact(db, buyer, 40)
        await narrow.close()

    async def test_f14_that_gives_no_connection_in_time_leaves_nothing_half_done(
        self, database_url: str, db: Database
    ) -> None:
        buyer = await rich(db)
        engine = create_async_engine(asyncpg_url(database_url), pool_size=1, max_overflow=0, pool_timeout=0.05)
        narrow = Database(engine)

        async with narrow.transaction() as session:
            await session.execute(select(1))
            with pytest.raises(NoneIsFree):
                await place(narrow, buyer)
        await place(narrow, buyer)

        assert await unfinished(db) == 1
        await narrow.close()


class TestAReaction:
    @pytest.mark.parametrize("sqlstate", ["40P01", "40001", "57014"], ids=["deadlock", "serialization", "canceled"])
    async def test_f14_that_the_database_broke_off_is_done_again_and_once(
        self, every_bus: Buses, db: Database, sqlstate: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(local, "POLL_SECONDS", 0.05)
        who, tries = (await rich(db)).user_id, 0

        async def react(session: AsyncSession, _: Event, event_id: EventId) -> None:
            nonlocal tries
            tries += 1
            await notify(session, event_id=event_id, kind="removed", recipient=Recipient(user_id=who), now=NOW)
            if tries == 1:
                await session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{sqlstate}'; END $$"))

        reaction = Reaction("listener", (Rang,), react)
        async with Working(every_bus.new(), db, partial(handle, db, reaction)):
            await ring(db, 1)
            await until(lambda: tries == 2)

        async with db.transaction() as session:
            of_this = Notification.kind == "removed"
            assert await session.scalar(select(func.count()).select_from(Notification).where(of_this)) == 1


class TestTwoWhoTellOfTheSamePayments:
    async def test_f14_in_another_order_do_not_lock_each_other_out(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
        subjects = [new_id() for _ in range(100)]

        async def tell(of: Sequence[UUID]) -> None:
            async with db.transaction() as session:
                recipients = [Recipient(user_id=anna.user_id, subject_id=subject) for subject in of]
                wanted = [(EventId(new_id()), "payment-progress", recipient) for recipient in recipients]
                await notify_all(session, wanted, now=NOW)

        await asyncio.gather(tell(subjects), tell(subjects[::-1]))

        async with db.transaction() as session:
            versions = list(await session.scalars(select(Notification.version)))
        assert versions == [1] * len(subjects)
