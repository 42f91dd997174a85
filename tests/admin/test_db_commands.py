"""`db`: migrate, dump and restore, all of it or nothing, and what it refuses."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from admin import dumping
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed
from core.migrate import newest_revision
from tests.admin.manage import Manage
from tests.builders import funded, person
from tests.databases import Server

ROOT = Path(__file__).parents[2]


async def names_in(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM identity.users ORDER BY name")]
    finally:
        await connection.close()


@pytest.fixture
async def told(manage: Manage, db: Database, tmp_path: Path) -> Path:
    """Return a dump of a database in which Anna has money."""
    async with db.transaction() as session:
        await funded(session, 500_00, actor=await person(session, "Анна"))
    await db.close()
    file = tmp_path / "syncbuy.dump"
    await manage.done("db", "dump", file, "--operator", "ops")
    return file


class TestDump:
    async def test_is_a_file_for_its_owner_alone_that_no_second_dump_overwrites(
        self, manage: Manage, told: Path
    ) -> None:
        size = told.stat().st_size

        refusal = await manage.refused("db", "dump", told)

        assert "there already" in refusal
        assert stat.S_IMODE(told.stat().st_mode) == 0o600
        assert told.stat().st_size == size
        assert not list(told.parent.glob("*.part"))

    @pytest.mark.usefixtures("told")
    async def test_is_written_down(self, manage: Manage) -> None:
        actions = (await manage.read("actions", "list"))["actions"]

        assert [(done["operator"], done["action"], done["subject"]) for done in actions] == [
            ("ops", "db dump", "syncbuy.dump")
        ]

    async def test_shows_the_password_to_no_list_of_processes(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = tmp_path / "seen"
        programs = tmp_path / "programs"
        programs.mkdir()
        real = dumping._newest_programs()
        for name in ("pg_dump", "pg_restore", "psql"):
            (programs / name).write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real}/{name} "$@"\n')
            (programs / name).chmod(0o755)
        monkeypatch.setenv("POSTGRES_PROGRAMS", str(programs))
        url = server.url.set(username="somebody", password="s3cret").render_as_string(hide_password=False)

        with pytest.raises(dumping.DumpFailed):
            dumping.write_dump(url, tmp_path / "other.dump", server=dumping._major(real))

        assert "somebody" in seen.read_text()
        assert "s3cret" not in seen.read_text()


class TestRestore:
    async def test_brings_everything_back_and_checks_the_book(
        self, manage: Manage, told: Path, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        empty = server.url_of(await server.create_empty())
        monkeypatch.setenv("DATABASE_URL", empty)

        done = await manage.done("db", "restore", told)

        assert "0 violations" in done.stderr
        assert await names_in(empty) == ["Анна"]
        assert (await manage.read("accounts", "list"))["accounts"][0]["balance_minor"] == 500_00

    async def test_says_what_is_wrong_with_the_book(
        self, manage: Manage, db: Database, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with db.transaction() as session:
            await funded(session, 500_00)
            await session.execute(text("UPDATE ledger.accounts SET debits = debits + 1 WHERE kind <> 'wallet'"))
        await manage.done("db", "dump", tmp_path / "bad.dump")
        monkeypatch.setenv("DATABASE_URL", server.url_of(await server.create_empty()))

        result = await manage("db", "restore", tmp_path / "bad.dump")

        assert result.exit_code == 1
        assert "debits equal credits" in result.stderr

    async def test_leaves_a_database_with_tables_alone_unless_it_is_told_twice(
        self, manage: Manage, told: Path, database_url: str
    ) -> None:
        assert "--replace" in await manage.refused("db", "restore", told)
        assert "Nothing was changed" in await manage.refused("db", "restore", told, "--replace", said="n\n")
        assert await names_in(database_url) == ["Анна"]

    async def test_replaces_what_is_there_by_what_was_there(
        self, manage: Manage, told: Path, db: Database, database_url: str
    ) -> None:
        async with db.transaction() as session:
            await person(session, "Борис")
        await db.close()

        await manage.done("db", "restore", told, "--replace", "--yes")

        assert await names_in(database_url) == ["Анна"]

    async def test_takes_back_all_of_a_dump_that_breaks_off(
        self, manage: Manage, told: Path, db: Database, database_url: str
    ) -> None:
        async with db.transaction() as session:
            await person(session, "Борис")
        await db.close()
        whole = told.read_bytes()
        told.write_bytes(whole[: len(whole) * 9 // 10])

        await manage.refused("db", "restore", told, "--replace", "--yes")

        assert await names_in(database_url) == ["Анна", "Борис"]

    async def test_keeps_nothing_of_a_script_that_ends_too_early(
        self, told: Path, db: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = dumping._newest_programs()
        dump = dumping.read_dump(told, server=dumping._major(real))
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("pg_dump", "psql"):
            (programs / name).symlink_to(real / name)
        (programs / "pg_restore").write_text("#!/bin/sh\necho 'CREATE SCHEMA half_of_it;'\nexit 1\n")
        (programs / "pg_restore").chmod(0o755)
        monkeypatch.setattr(dumping, "_newest_programs", lambda: programs)
        await db.close()

        with pytest.raises(dumping.DumpFailed, match="Nothing was restored"):
            dumping.restore_dump(database_url, dump, dropped_first=["DROP SCHEMA ledger CASCADE"])

        async with db.transaction() as session:
            schemas = set(await session.scalars(text("SELECT nspname FROM pg_namespace")))
        assert "ledger" in schemas
        assert "half_of_it" not in schemas

    async def test_waits_until_nobody_else_is_connected(self, manage: Manage, told: Path, db: Database) -> None:
        async with db.transaction() as session:
            await session.execute(text("SELECT 1"))

            assert "stop the product" in await manage.refused("db", "restore", told, "--replace", "--yes")

    async def test_refuses_a_dump_of_a_newer_version_and_what_is_no_dump(
        self, manage: Manage, db: Database, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with db.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999_flying_cars'"))
        dumping.write_dump(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
                           tmp_path / "new.dump", server=18)  # fmt: skip
        (tmp_path / "no.dump").write_text("hello")
        empty = server.url_of(await server.create_empty())
        monkeypatch.setenv("DATABASE_URL", empty)

        assert "9999_flying_cars" in await manage.refused("db", "restore", tmp_path / "new.dump")
        assert "archive" in await manage.refused("db", "restore", tmp_path / "no.dump")
        assert "no file" in await manage.refused("db", "restore", tmp_path / "none.dump")

    def test_refuses_a_dump_of_a_newer_server(self, told: Path) -> None:
        with pytest.raises(dumping.DumpFailed, match=r"of PostgreSQL 1[0-9], this server is 9"):
            dumping.read_dump(told, server=9)


class TestMigrate:
    async def test_is_done_once_by_two_who_begin_together(
        self, manage: Manage, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        empty = server.url_of(await server.create_empty())
        words = [sys.executable, "-m", "admin", "db", "migrate"]
        begun = [
            await asyncio.create_subprocess_exec(*words, cwd=ROOT, env={**os.environ, "DATABASE_URL": empty})
            for _ in range(2)
        ]

        assert [await each.wait() for each in begun] == [0, 0]
        monkeypatch.setenv("DATABASE_URL", empty)
        status = (await manage.read("db", "status"))["database"]
        assert status["migration"] == status["migration_here"] == newest_revision()

    async def test_waits_for_a_database_that_is_starting(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            url = server.url
            server._pg_ctl("stop", "-m", "fast", "-w")
            words = [sys.executable, "-m", "admin", "db", "migrate"]
            migrating = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env={**os.environ, "DATABASE_URL": url})
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(migrating.wait(), 2)
            server._launch()

            assert await migrating.wait() == 0

    async def test_gives_up_after_a_while(self, manage: Manage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

        assert "could not be reached within 0 s" in await manage.refused("db", "migrate", "--wait", "0")


class TestStatus:
    async def test_shows_sizes_and_what_waits_also_before_anything_is_migrated(
        self, manage: Manage, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        status = await manage.read("db", "status")
        assert status["database"]["oldest_event_seconds"] == 0
        assert "identity.identities" in {table["name"] for table in status["tables"]}

        monkeypatch.setenv("DATABASE_URL", server.url_of(await server.create_empty()))

        assert (await manage.read("db", "status"))["database"]["migration"] is None


class TestDataOfAnotherMajorVersion:
    def test_is_refused_with_the_way_out(self, tmp_path: Path) -> None:
        with EmbeddedPostgres(tmp_path / "postgres", ephemeral=True):
            pass
        (tmp_path / "postgres" / "pgdata" / "PG_VERSION").write_text("12\n")

        with pytest.raises(EmbeddedPostgresFailed, match=r"PostgreSQL 12.*db dump FILE.*db restore FILE"):
            EmbeddedPostgres(tmp_path / "postgres", ephemeral=True).start()
