"""The embedded PostgreSQL: where it may stand, who may use it at once, and what it survives."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from core.embedded_postgres import (
    EPHEMERAL_PREFIX,
    EmbeddedPostgres,
    EmbeddedPostgresFailed,
    _find_binaries,
    _is_postgres,
)

ROOT = Path(__file__).parents[2]
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """Return a new folder that others may enter; pytest's own is closed, and too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="syncbuy-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def place() -> Iterator[Path]:
    """Return a new folder without data."""
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Return a folder with the data of a server that has run; only to be copied."""
    with short_folder() as folder:
        with EmbeddedPostgres(folder / "postgres"):
            pass
        yield folder / "postgres"


@pytest.fixture
def home(place: Path, data: Path) -> Path:
    """Return a folder with data of this test's own."""
    return copied(data, place / "postgres")


def copied(data: Path, to: Path) -> Path:
    """Copy data with their owner."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(data), str(to)], check=True)
    return to


@pytest.fixture
def zombie_pid(tmp_path: Path) -> Iterator[int]:
    """Return the number of a process called postgres that has ended, and that nobody has asked about."""
    shutil.copy("/bin/true", tmp_path / "postgres")
    zombie = subprocess.Popen([str(tmp_path / "postgres")])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    yield zombie.pid
    zombie.wait()


async def ask(url: str, question: str) -> object:
    """Return the answer of the server to one question."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def status_of(pid: int) -> str:
    """Return what the kernel says of a process."""
    return Path(f"/proc/{pid}/status").read_text()


def server_pid(home: Path) -> int:
    """Return the number of the server's first process."""
    return int((home / "pgdata" / "postmaster.pid").read_text().partition("\n")[0])


def program(home: Path, *lines: str) -> "subprocess.Popen[str]":
    """Start a process that uses the server in `home`, says so in a line, and does what `lines` say with it."""
    words = "from core.embedded_postgres import EmbeddedPostgres; from pathlib import Path; import sys\n"
    words += f"server = EmbeddedPostgres(Path({str(home)!r}))\nserver.start()\nprint(server.url, flush=True)\n"
    return subprocess.Popen(
        [sys.executable, "-c", words + textwrap.dedent("\n".join(lines))],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def line_of(process: "subprocess.Popen[str]") -> str:
    """Wait for the next line that the process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> int:
    """Close what the process reads, and return its exit code."""
    process.communicate(timeout=60)
    return process.returncode


LEAVE_WHEN_TOLD = ("sys.stdin.read()", "server.stop()")
KEEP_WRITING = """
    import asyncio, asyncpg
    async def write():
        connection = await asyncpg.connect(server.url)
        await connection.execute("CREATE TABLE IF NOT EXISTS written (n int)")
        n = 0
        while True:
            n += 1
            await connection.execute("INSERT INTO written VALUES ($1)", n)
            print(n, flush=True)
    asyncio.run(write())
"""


class TestEmbeddedPostgres:
    async def test_keeps_what_was_written(self, place: Path) -> None:
        with EmbeddedPostgres(place) as server:
            await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")

        with EmbeddedPostgres(place) as server:
            assert await ask(server.url, "SELECT answer FROM kept") == 42

    async def test_knows_russian_whatever_the_locale_of_the_machine(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LC_ALL", "C")

        with EmbeddedPostgres(place) as server:
            assert await ask(server.url, "SELECT lower('ЯБЛОКО')") == "яблоко"
            await ask(server.url, "CREATE EXTENSION pg_trgm")
            assert await ask(server.url, "SELECT similarity('яблоко', 'яблоки') > 0.5") is True
            assert await ask(server.url, "SELECT '2026-06-01 12:00+00'::timestamptz AT TIME ZONE 'Europe/Moscow'")

    async def test_asks_for_a_password_that_nobody_else_can_read(self, home: Path) -> None:
        with EmbeddedPostgres(home) as server:
            wrong = server.url.replace((home / "password").read_text(), "guessed")

            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask(wrong, "SELECT 1")

        assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600

    @pytest.mark.parametrize("name", ["with space", "it's", "закупка", "a,b", "$HOME", "long" * 40])
    async def test_runs_in_a_folder_of_any_name(self, place: Path, data: Path, name: str) -> None:
        copied(data, place / name)

        with EmbeddedPostgres(place / name) as server:
            assert await ask(server.url, "SELECT current_setting('data_directory')") == str(place / name / "pgdata")

    async def test_never_uses_data_that_were_made_by_half(self, place: Path) -> None:
        programs = place / "programs"
        programs.mkdir()
        (programs / "postgres").symlink_to(_find_binaries() / "postgres")
        (programs / "initdb").write_text('#!/bin/sh\necho 18 > "$2/PG_VERSION"; echo no space left; exit 1\n')
        (programs / "initdb").chmod(0o755)

        with pytest.raises(EmbeddedPostgresFailed, match="no space left"):
            EmbeddedPostgres(place / "data", binaries=programs).start()
        with EmbeddedPostgres(place / "data") as server:
            assert await ask(server.url, "SELECT 1") == 1

        assert sorted(path.name for path in (place / "data").iterdir()) == ["lock", "password", "pgdata", "users"]

    def test_refuses_data_of_another_major_version(self, home: Path) -> None:
        (home / "pgdata" / "PG_VERSION").write_text("17\n")

        with pytest.raises(EmbeddedPostgresFailed, match=r"PostgreSQL 17, this is 18.*[Dd]ump"):
            EmbeddedPostgres(home).start()

    def test_tells_what_the_server_said_when_it_cannot_start(self, home: Path) -> None:
        with (home / "pgdata" / "postgresql.conf").open("a") as settings:
            settings.write("shared_buffers = 'plenty'\n")

        with pytest.raises(EmbeddedPostgresFailed, match="shared_buffers"):
            EmbeddedPostgres(home).start()

    async def test_does_not_log_what_people_wrote(self, home: Path) -> None:
        with EmbeddedPostgres(home) as server:
            with pytest.raises(asyncpg.DataError):
                await ask(server.url, "SELECT 'a secret of Anna'::int")

            assert "Anna" not in (home / "pgdata" / "postgres.log").read_text()


class TestSeveralProcesses:
    async def test_that_start_at_once_share_one_server(self, place: Path) -> None:
        three = [program(place, *LEAVE_WHEN_TOLD) for _ in range(3)]

        urls = {line_of(process) for process in three}

        assert len(urls) == 1
        assert [end(process) for process in three] == [0, 0, 0]
        assert not (place / "pgdata" / "postmaster.pid").exists()

    async def test_keep_the_server_until_the_last_one_leaves(self, home: Path) -> None:
        first = program(home, *LEAVE_WHEN_TOLD)
        url = line_of(first)
        with EmbeddedPostgres(home) as second:
            assert end(first) == 0

            assert second.url == url
            assert await ask(url, "SELECT 1") == 1

        assert not (home / "pgdata" / "postmaster.pid").exists()

    async def test_take_over_the_server_of_a_killed_one(self, home: Path) -> None:
        killed = program(home, "sys.stdin.read()")
        line_of(killed)
        survivor = server_pid(home)
        killed.kill()
        killed.communicate()

        with EmbeddedPostgres(home) as server:
            assert await ask(server.url, "SELECT 1") == 1
            assert server_pid(home) == survivor

        assert not (home / "pgdata" / "postmaster.pid").exists()


class TestAKilledServer:
    async def test_comes_back_with_every_row_that_was_acknowledged(self, home: Path) -> None:
        writer = program(home, KEEP_WRITING)
        line_of(writer)
        acknowledged = 0
        while acknowledged < 300:
            acknowledged = int(line_of(writer))

        os.kill(server_pid(home), signal.SIGKILL)
        rest, _ = writer.communicate(timeout=60)
        acknowledged = int(([str(acknowledged), *rest.split()])[-1])

        with EmbeddedPostgres(home) as server:
            assert await ask(server.url, "SELECT count(*) FROM written WHERE n <= " + str(acknowledged)) == acknowledged

    @only_linux
    async def test_is_seen_through_while_nobody_reaps_its_zombie(self, home: Path, zombie_pid: int) -> None:
        pretend_to_run(home, zombie_pid)

        with EmbeddedPostgres(home) as server:
            assert await ask(server.url, "SELECT 1") == 1

    @only_linux
    async def test_is_not_mistaken_for_a_program_that_got_its_number(self, home: Path) -> None:
        pretend_to_run(home, os.getpid())

        with EmbeddedPostgres(home) as server:
            assert await ask(server.url, "SELECT 1") == 1


def pretend_to_run(home: Path, pid: int) -> None:
    """Leave in `home` what a killed server of this number would have left."""
    owner = (home / "pgdata").stat()
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        file = home / "pgdata" / name
        file.write_text(f"{pid}\n{home / 'pgdata'}\n1780000000\n5432\n.\n\n0 0\nready   \n")
        os.chown(file, owner.st_uid, owner.st_gid)
    assert not _is_postgres(pid)


@only_root
class TestRoot:
    def test_runs_it_as_somebody_who_is_not_root(self, home: Path) -> None:
        with EmbeddedPostgres(home):
            status = status_of(server_pid(home))

        powers = int(status.partition("CapEff:")[2].split()[0], 16)
        is_in_the_open = all(folder.stat().st_mode & 0o001 for folder in _find_binaries().resolve().parents)
        assert powers.bit_count() == (0 if is_in_the_open else 1)
        assert f"Uid:\t{(home / 'pgdata').stat().st_uid}\t" in status
        assert (home / "pgdata").stat().st_uid != 0

    async def test_runs_it_in_a_closed_folder_and_leaves_that_closed(self, place: Path) -> None:
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        for part in _find_binaries().parents[2].glob("embedded_postgres*"):
            copied(part, closed / part.name)
        programs = closed / "embedded_postgres" / "pginstall" / "bin"

        with EmbeddedPostgres(closed / "data", binaries=programs) as server:
            assert await ask(server.url, "SELECT 1") == 1

        assert (closed / "data" / "pgdata").stat().st_uid != 0
        assert (stat.S_IMODE(closed.stat().st_mode), closed.stat().st_uid) == (0o700, 0)

    async def test_runs_it_as_whoever_owns_the_data(self, home: Path) -> None:
        with EmbeddedPostgres(home) as server:
            await ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        give_to(home, 4711)

        with EmbeddedPostgres(home) as server:
            assert await ask(server.url, "SELECT answer FROM kept") == 42
            assert "Uid:\t4711\t" in status_of(server_pid(home))

    def test_runs_it_where_no_other_account_can_be_had(self, place: Path) -> None:
        words = "from core.embedded_postgres import EmbeddedPostgres; from pathlib import Path; import sys\n"
        words += "with EmbeddedPostgres(Path(sys.argv[1])) as server: print(server.url)"
        command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", words, str(place / "data")]

        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if "unshare failed" in done.stderr:
            pytest.skip("user namespaces are forbidden here")

        assert done.stdout.startswith("postgresql://"), done.stderr

    def test_is_told_the_ways_out_where_there_is_none(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")

        with pytest.raises(EmbeddedPostgresFailed, match=r"plain user.*DATA_DIR.*DATABASE_URL"):
            EmbeddedPostgres(place).start()


def give_to(folder: Path, uid: int) -> None:
    """Make `uid` the owner of everything in the folder."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)


class TestEphemeral:
    async def test_leaves_nothing_behind(self) -> None:
        with EmbeddedPostgres.ephemeral() as server:
            folder = Path(str(await ask(server.url, "SELECT current_setting('data_directory')"))).parent
            pid = server_pid(folder)

        assert not folder.exists()
        assert not _is_postgres(pid)

    def test_clears_away_what_a_killed_run_left(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        abandoned = place / f"{EPHEMERAL_PREFIX}abandoned"
        killed = program(abandoned, "sys.stdin.read()")
        line_of(killed)
        pid = server_pid(abandoned)
        killed.kill()
        killed.communicate()

        with EmbeddedPostgres.ephemeral():
            assert not abandoned.exists()
            assert not _is_postgres(pid)

    def test_leaves_alone_what_others_use(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        with EmbeddedPostgres.ephemeral(), EmbeddedPostgres.ephemeral():
            assert len(list(place.glob(f"{EPHEMERAL_PREFIX}*/pgdata/postmaster.pid"))) == 2
