"""Migrations: one line, there and back, and the tables that the models describe."""

import asyncio
import sys
from collections.abc import Callable

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from core.db import Database, asyncpg_url
from core.migrate import FOLDER, DatabaseIsNewer, alembic_config, migrate, newest_revision
from core.payments.claim_paid import claim_paid
from core.payments.models import Attempt
from core.photos.give_photo import SentPhoto, use_photo
from core.photos.models import Photo
from core.purchases.models import Task
from core.tables import METADATA
from tests.builders import NOW, WEEK, lock, person, purchase, spending
from tests.databases import Server

BEFORE_PHOTOS = "0020_budgets_in_place"


def _differences(connection: Connection) -> list[object]:
    options = {"include_schemas": True, "compare_server_default": True}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    return [difference for difference in found if "alembic_version" not in str(difference)]


class TestMigrations:
    def test_are_one_line_whose_last_file_is_its_head(self) -> None:
        assert ScriptDirectory(str(FOLDER)).get_heads() == [newest_revision()]

    async def test_make_the_tables_that_the_models_describe(self, db: Database) -> None:
        async with db.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []

    async def test_make_the_checks_that_the_models_name(self, db: Database) -> None:
        # Alembic compares everything but these.
        named = {
            (table.schema, table.name, constraint.name)
            for table in METADATA.tables.values()
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        async with db.engine.connect() as connection:
            made = await connection.execute(
                text("""
                    SELECT nspname, relname, conname FROM pg_constraint
                    JOIN pg_class ON pg_class.oid = conrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
                    WHERE contype = 'c' AND nspname NOT IN ('information_schema', 'pg_catalog')
                """)
            )

        assert {tuple(row) for row in made} == named

    async def test_go_back_and_there_again_step_by_step(self, database_url: str) -> None:
        engine = create_async_engine(asyncpg_url(database_url))

        def back_and_there(connection: Connection) -> None:
            config = alembic_config(connection)
            steps = len(list(ScriptDirectory.from_config(config).walk_revisions()))
            for _ in range(steps):
                command.downgrade(config, "-1")
            for _ in range(steps):
                command.upgrade(config, "+1")

        async with engine.begin() as connection:
            await connection.run_sync(back_and_there)
        async with engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
        await engine.dispose()

    async def test_run_once_when_several_processes_start_at_once(self, server: Server) -> None:
        empty = await server.create_empty()

        await asyncio.gather(*(migrate(server.url_of(empty)) for _ in range(4)))

        await server.drop(empty)

    async def test_leave_alembic_alone_where_nothing_is_to_do(self, database_url: str) -> None:
        program = f"import asyncio, sys, core.migrate as m; asyncio.run(m.migrate({database_url!r}))"
        program += "; sys.exit('alembic' in sys.modules)"
        started = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=FOLDER.parent)

        assert await started.wait() == 0

    async def test_refuse_a_database_of_a_newer_version(self, db: Database, database_url: str) -> None:
        async with db.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999_flying_cars'"))

        with pytest.raises(DatabaseIsNewer, match="9999_flying_cars"):
            await migrate(database_url)

    async def test_take_the_photos_of_the_chat_along(self, db: Database, database_url: str) -> None:
        async with db.transaction() as session:
            anna, boris = await person(session, "Анна"), await person(session, "Борис")
            dacha = await purchase(session, anna, boris)
            taxi, _ = [await spending(session, anna, dacha, 200_00) for _ in range(2)]
            taxi.receipt_id = await use_photo(session, actor=anna, given=SentPhoto("receipt"), now=NOW)
            [owed] = await lock(session, anna, dacha)
            shown = SentPhoto("proof")
            await claim_paid(session, actor=boris, intent_id=owed.id, confirm_within=WEEK, proof=shown, now=NOW)
        engine = create_async_engine(asyncpg_url(database_url))

        def step(connection: Connection, direction: Callable[[Config, str], None], to: str) -> None:
            direction(alembic_config(connection), to)

        async with engine.begin() as connection:
            await connection.run_sync(step, command.downgrade, BEFORE_PHOTOS)
            receipts = await connection.scalars(text("SELECT receipt_file_id FROM purchases.tasks ORDER BY number"))
            proofs = await connection.scalars(text("SELECT proof_file_id FROM payments.attempts"))
            assert (list(receipts), list(proofs)) == (["receipt", None], ["proof"])
            await connection.run_sync(step, command.upgrade, "head")
        async with db.transaction() as session:
            [receipt] = await session.scalars(select(Photo).join(Task, Task.receipt_id == Photo.id))
            [proof] = await session.scalars(select(Photo).join(Attempt, Attempt.proof_id == Photo.id))

            assert (receipt.user_id, receipt.telegram_file_id) == (anna.user_id, "receipt")
            assert (proof.user_id, proof.telegram_file_id) == (boris.user_id, "proof")
        await engine.dispose()
