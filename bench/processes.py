"""The product's own processes, started as in production, in a sandbox that is a process as well."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
READY = {
    "bot": "bot-started",
    "workers": "workers-started",
    "webhooks": "webhooks-started",
    "sandbox": "chat page",
    "admin": "SyncBuy is ready",
}
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A process that has said that it is ready, and what it said until then."""

    process: "subprocess.Popen[str]"
    seconds: float
    said: list[str]


@contextlib.contextmanager
def running(package: str, *words: str, settings: Mapping[str, str]) -> Iterator[Running]:
    """Run `python -m package` with these settings and no others, from when it is ready to the end of the block.

    :raises RuntimeError: if it ends before it is ready; the text is what it said.
    """
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 -- the project's own processes
        [sys.executable, "-m", package, *words],
        cwd=ROOT, env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1", **settings},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if READY[package] in line:
                break
        else:
            raise RuntimeError(f"{package} ended: {' '.join(said)[-2000:]}")
        yield Running(process, time.perf_counter() - began, said)
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


@contextlib.contextmanager
def sandbox(database_url: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Run the sandbox, and yield the address of its Telegram and the settings of the product's processes in it."""
    with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder:
        words = ("--port", "0", "--bank-port", "0", "--data", folder)
        with running("sandbox", *words, settings={}) as outside:
            given = dict(line.split("=", 1) for line in outside.said if not line.startswith("#"))
            given |= {"DATABASE_URL": database_url, "DATA_DIR": folder, "WEBHOOKS_PORT": "0"}
            yield given["TELEGRAM_API_URL"], given
