#!/usr/bin/env python3
"""The front door on a bare machine: `python3 manage.py run`, `test`, `check`, or any word of the command line.

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
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"  # which lock the packages were installed from, and for which Python
NEEDS_DEV = {"test", "check", "bench"}  # these words need more than what the product itself needs


def main() -> None:
    """Install what the first word needs, and run `python -m admin` with all of them."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- this file is started by whatever python3 the machine has
        sys.exit("SyncBuy needs Python 3.11 or newer; this is " + sys.version.split()[0])
    if os.name == "nt":
        sys.exit("SyncBuy runs on Linux and macOS; on Windows, inside WSL")
    words = sys.argv[1:] or ["--help"]
    try:
        prepare(needs_dev=words[0] in NEEDS_DEV)
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The packages could not be installed: the reason stands above (exit {failure.returncode}).")
    except OSError as failure:
        sys.exit(f"The packages could not be installed: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.chdir(ROOT)
    os.execv(str(PYTHON), [str(PYTHON), "-m", "admin", *words])  # noqa: S606 -- signals reach the program itself


def prepare(*, needs_dev: bool) -> None:
    """Install the locked packages into .venv, unless they stand there already."""
    runtime, dev = _identity("runtime"), _identity("dev")
    enough = {dev} if needs_dev else {runtime, dev}  # the lock of dev holds everything of runtime
    if _installed() in enough:
        return
    with _alone():
        if _installed() not in enough:
            _install("dev" if needs_dev else "runtime")
            STAMP.write_text(dev if needs_dev else runtime)


def _identity(lock_name: str) -> str:
    lock = ROOT / "requirements" / f"{lock_name}.lock"
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _installed() -> str:
    with contextlib.suppress(FileNotFoundError):
        # A Python that was removed since leaves a link to nowhere.
        return STAMP.read_text() if PYTHON.exists() else ""
    return ""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let a second first start wait for the first one; this very file is what they lock."""
    import fcntl

    with Path(__file__).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(lock_name: str) -> None:
    """Make an environment of this Python, and let the machine's own pip fill it."""
    python = _python_with_pip()
    print(f"Installing the {lock_name} packages into .venv (once, about a minute) ...", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    if _answer(str(PYTHON), "import sys; print(sys.version)") != sys.version:
        # Debian splits ensurepip off, so the system's own pip installs into the environment from outside.
        subprocess.run([python, "-m", "venv", "--without-pip", "--clear", str(VENV)], check=True)
    pip = [python, "-m", "pip", "--python", str(PYTHON), "install", "--disable-pip-version-check", "--quiet"]
    # The lock is complete and hashed, so nothing is resolved and nothing is built.
    lock = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", f"requirements/{lock_name}.lock"]
    subprocess.run([*pip, *lock], cwd=ROOT, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}, check=True)


def _python_with_pip() -> str:
    """Return the Python that this one was made from, if it is a virtual environment, else this one."""
    python: str = getattr(sys, "_base_executable", sys.executable) if sys.prefix == str(VENV) else sys.executable
    version = _answer(python, "import pip; print(pip.__version__)")
    if version is None:
        sys.exit(f"{python} has no pip. Install it (on Debian: apt-get install python3-pip) and start again.")
    if tuple(int(part) for part in version.split(".")[:2]) < (22, 3):
        sys.exit(f"pip 22.3 or newer is needed; {python} has {version}. Bring it up to date and start again.")
    return python


def _answer(python: str, question: str) -> str | None:
    """Return what a Python prints, or None if there is no such Python or it fails."""
    try:
        return subprocess.run([python, "-c", question], capture_output=True, text=True, check=True).stdout.rstrip("\n")
    except (OSError, subprocess.CalledProcessError):
        return None


if __name__ == "__main__":
    main()
