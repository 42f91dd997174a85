#!/usr/bin/env python3
"""The front door on a bare machine: `python3 manage.py run`, `test`, `check`, `bench`, or any word of the admin CLI.

Standard library only. It makes .venv from the hashed lock the first time, then hands every word over to `admin`.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
NEEDS_DEV = {"test", "check", "bench"}


def install(lock_name: str) -> None:
    """Install the locked packages into .venv unless this very lock stands there already."""
    with one_at_a_time():
        install_alone(lock_name)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second first start wait for the first one, instead of both writing into one environment."""
    if WINDOWS:
        yield
        return
    import fcntl

    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_alone(lock_name: str) -> None:
    """Install the locked packages unless their stamp says that they are there."""
    lock = ROOT / "requirements" / f"{lock_name}.lock"
    stamp = VENV / f".{lock_name}.stamp"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {lock_name} packages into .venv (once, about a minute) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        # Debian splits ensurepip off, so the system's own pip installs into the environment from outside.
        subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--disable-pip-version-check", "--quiet"]
    # The lock is complete and hashed, so nothing is resolved and nothing is built.
    locked = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(lock)]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    subprocess.check_call([*pip, *locked], env=environment)
    for old in VENV.glob(".*.stamp"):
        old.unlink()
    stamp.write_text(wanted)
    if lock_name == "dev":
        runtime = hashlib.sha256((lock.parent / "runtime.lock").read_bytes() + sys.version.encode()).hexdigest()
        (VENV / ".runtime.stamp").write_text(runtime)


def main() -> int:
    """Install what the first word needs and run `python -m admin` with all of them."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- this file is started by whatever python3 the machine has
        sys.exit("SyncBuy needs Python 3.11 or newer; this is " + sys.version.split()[0])
    words = sys.argv[1:] or ["--help"]
    try:
        install("dev" if words[0] in NEEDS_DEV else "runtime")
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The packages could not be installed (pip said why above; exit {failure.returncode}).")
    command = [str(PYTHON), "-m", "admin", *words]
    if WINDOWS:
        return subprocess.call(command, cwd=ROOT)
    os.chdir(ROOT)
    return os.execv(command[0], command)  # noqa: S606 -- the same process, so signals reach the program itself


if __name__ == "__main__":
    sys.exit(main())
