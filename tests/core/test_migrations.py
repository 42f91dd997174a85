"""Migrations: one line, there and back, and the tables that the models describe."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from core.db import Database, asyncpg_url
from core.migrate import FOLDER, migrate, newest_revision
from core.tables import METADATA


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _differences(connection: Connection) -> list[object]:
    options = {"include_schemas": True, "compare_server_default": True}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
    return [difference for difference in found if "alembic_version" not in str(difference)]


class TestMigrations:
    def test_are_one_line_whose_last_file_is_its_head(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))

        assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]

    async def test_make_the_tables_that_the_models_describe(self, db: Database) -> None:
        async with db.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []

    async def test_go_back_and_there_again_step_by_step(self, database_url: str) -> None:
        engine = create_async_engine(asyncpg_url(database_url))

        def back_and_there(connection: Connection) -> None:
            config = _config(connection)
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

    async def test_change_nothing_where_nothing_is_to_do(self, database_url: str) -> None:
        await migrate(database_url)
        await migrate(database_url)
