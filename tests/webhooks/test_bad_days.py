"""While the database is away or slow, senders are told to come again; nothing is acknowledged that is not stored."""

import asyncio

import pytest
from sqlalchemy import text

from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.migrate import migrate
from tests.cable import cable_to
from tests.databases import Server
from tests.webhooks.door import Door, notice, open_door, signed
from webhooks.limits import Limits

HASTY = Limits(database_seconds=0.5, health_seconds=0.5)


async def _bring(door: Door) -> int:
    body = notice()
    answer = await door.bring(body, signed(body))
    if answer.status_code == 503:
        assert int(answer.headers["retry-after"]) > 0
    return answer.status_code


class TestADatabaseThatIsStopped:
    async def test_is_told_by_503_and_goes_on_when_it_is_back(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            await migrate(server.url)
            db = Database.connect(server.url)
            async with open_door(db) as door:
                before = await _bring(door)
                await asyncio.to_thread(server.stop)
                away = [await _bring(door) for _ in range(3)]
                readiness = await door.http.get("/health/ready")
                liveness = await door.http.get("/health/live")
                figures = await door.http.get("/metrics")
                await asyncio.to_thread(server.start)

                assert (before, away, await _bring(door)) == (200, [503] * 3, 200)
                assert (readiness.status_code, readiness.json()["database"]) == (503, "away")
                assert (liveness.status_code, figures.status_code) == (200, 200)
                assert "syncbuy_database_up 0.0" in figures.text
                assert "syncbuy_waiting_rows{" not in figures.text
                assert (await door.http.get("/health/ready")).status_code == 200
                assert (await door.row_count(), door.counted("not_stored")) == (2, 3)
            await db.close()


class TestADatabaseThatDoesNotAnswer:
    async def test_is_told_by_503_in_time_and_goes_on_when_it_answers(self, database_url: str) -> None:
        async with cable_to(database_url) as cable:
            db = Database.connect(cable.url, pool_size=2)
            async with open_door(db, limits=HASTY) as door:
                before = await _bring(door)
                cable.block()
                away = [await _bring(door) for _ in range(4)]  # more than there are connections
                readiness = await door.http.get("/health/ready")
                cable.free()
                async with asyncio.timeout(10):
                    while await _bring(door) != 200:
                        pass

                assert (before, away, readiness.status_code) == (200, [503] * 4, 503)
            await db.close()

    async def test_because_somebody_holds_the_table_stores_nothing_behind_our_back(self, db: Database) -> None:
        body = notice()
        headers = signed(body)
        async with open_door(db, limits=HASTY) as door:
            async with db.transaction() as session:
                await session.execute(text("LOCK TABLE payments.notices IN EXCLUSIVE MODE"))
                late = await door.bring(body, headers)
            again = await door.bring(body, headers)

            assert (late.status_code, again.status_code, await door.row_count()) == (503, 200, 1)
            assert door.counted("stored") == 1


class TestReadiness:
    async def test_names_each_part(self, door: Door) -> None:
        answer = await door.http.get("/health/ready")

        assert (answer.status_code, answer.json()) == (200, {"database": "ok", "migrations": "ok"})

    @pytest.mark.parametrize(
        ("revision", "status"), [("0001_messaging", 503), ("9999_flying_cars", 200)], ids=["older", "newer"]
    )
    async def test_is_no_while_migrations_are_behind_and_yes_while_a_newer_version_is_rolled_out(
        self, door: Door, revision: str, status: int
    ) -> None:
        async with door.db.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

        assert (await door.http.get("/health/ready")).status_code == status

    async def test_is_no_on_an_empty_database(self, server: Server) -> None:
        empty = await server.create_empty()
        db = Database.connect(server.url_of(empty))
        async with open_door(db) as door:
            answer = await door.http.get("/health/ready")

            assert (answer.status_code, answer.json()) == (503, {"database": "ok", "migrations": "behind"})
        await db.close()
        await server.drop(empty)
