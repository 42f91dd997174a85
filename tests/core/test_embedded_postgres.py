"""The embedded database: it starts anywhere, survives being killed, and changes nothing it does not own."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def _ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


class TestEmbeddedPostgres:
    def test_reads_russian_whatever_the_locale_says(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "C")
        with _server(tmp_path / "pg") as server:
            asyncio.run(_ask(server.url, "CREATE EXTENSION pg_trgm"))

            assert asyncio.run(_ask(server.url, "SELECT lower('ЯБЛОКО')")) == "яблоко"
            assert asyncio.run(_ask(server.url, "SELECT similarity('яблоко', 'яблоки') > 0.4")) is True
            assert asyncio.run(_ask(server.url, "SELECT now() AT TIME ZONE 'Europe/Moscow' IS NOT NULL")) is True

    def test_lets_nobody_in_without_its_password(self, tmp_path: Path) -> None:
        with _server(tmp_path / "pg") as server:
            assert (tmp_path / "pg" / "password").stat().st_mode & 0o077 == 0
            wrong = server.url.replace(server.url.split(":")[2].split("@")[0], "wrong")

            with pytest.raises(asyncpg.InvalidPasswordError):
                asyncio.run(_ask(wrong, "SELECT 1"))

    def test_works_under_a_folder_that_nobody_else_may_enter(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)

        with _server(home / "deep" / "pg") as server:
            assert asyncio.run(_ask(server.url, "SELECT 1")) == 1

        assert home.stat().st_mode & 0o777 == 0o700

    def test_works_where_the_path_is_too_long_for_a_socket(self, tmp_path: Path) -> None:
        with _server(tmp_path / ("long" * 30)) as server:
            assert "127.0.0.1" in server.url
            assert asyncio.run(_ask(server.url, "SELECT 1")) == 1

    def test_is_attached_to_and_not_stopped_by_a_second_process(self, tmp_path: Path) -> None:
        with _server(tmp_path / "pg") as server:
            code = (
                "import sys; from pathlib import Path; from core.embedded_postgres import EmbeddedPostgres;"
                "server = EmbeddedPostgres(Path(sys.argv[1])); server.start(); server.stop()"
            )
            subprocess.run([sys.executable, "-c", code, str(tmp_path / "pg")], cwd=ROOT, check=True)

            assert asyncio.run(_ask(server.url, "SELECT 1")) == 1

    def test_is_taken_over_where_its_owner_was_killed(self, tmp_path: Path) -> None:
        code = (
            "import os, sys; from pathlib import Path; from core.embedded_postgres import EmbeddedPostgres;"
            "EmbeddedPostgres(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "pg")], cwd=ROOT, check=False)

        with _server(tmp_path / "pg") as server:
            assert asyncio.run(_ask(server.url, "SELECT 1")) == 1

        assert not (tmp_path / "pg" / "pgdata" / "postmaster.pid").exists()

    def test_is_made_once_by_three_that_start_at_once(self, tmp_path: Path) -> None:
        servers = [EmbeddedPostgres(tmp_path / "pg") for _ in range(3)]
        threads = [threading.Thread(target=server.start) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        try:
            assert sum(server._started_here for server in servers) == 1
            assert asyncio.run(_ask(servers[0].url, "SELECT 1")) == 1
        finally:
            for server in servers:
                server.stop()

    def test_has_every_acknowledged_row_after_being_killed_while_writing(self, tmp_path: Path) -> None:
        server = EmbeddedPostgres(tmp_path / "pg")
        server.start()
        acknowledged: list[int] = []

        async def write_until_killed() -> None:
            connection = await asyncpg.connect(server.url)
            await connection.execute("CREATE TABLE written (number int)")
            killer = threading.Timer(0.7, _kill, [tmp_path / "pg"])
            killer.start()
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InternalClientError, OSError):
                for number in range(100_000):
                    await connection.execute("INSERT INTO written VALUES ($1)", number)
                    acknowledged.append(number)
            connection.terminate()

        asyncio.run(write_until_killed())
        began = time.monotonic()
        with _server(tmp_path / "pg") as again:
            assert time.monotonic() - began < 10
            assert asyncio.run(_ask(again.url, "SELECT count(*) FROM written")) >= len(acknowledged) > 0

    def test_refuses_data_of_another_major_version_with_advice(self, tmp_path: Path) -> None:
        with _server(tmp_path / "pg"):
            pass
        (tmp_path / "pg" / "pgdata" / "PG_VERSION").write_text("12\n")

        with pytest.raises(EmbeddedPostgresFailed, match="Dump them"):
            EmbeddedPostgres(tmp_path / "pg").start()

    def test_never_uses_a_cluster_that_was_made_by_half(self, tmp_path: Path) -> None:
        half = tmp_path / "pg" / "pgdata.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")

        with _server(tmp_path / "pg") as server:
            assert asyncio.run(_ask(server.url, "SELECT 1")) == 1


def _kill(folder: Path) -> None:
    pid = int((folder / "pgdata" / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)
