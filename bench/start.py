"""What each process costs: to import, to start, to keep in memory, and to leave alone."""

import asyncio
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.figure import Figure
from bench.ground import migrated_database
from bench.processes import ROOT, running, sandbox
from core.waiting import CALM_AFTER_SECONDS
from sandbox.telegram.person import World

FIRST_ANSWER_SECONDS = 10
IDLE_PERCENT = 1.0  # of a core, all processes together
PROCESSES = {
    "bot": ("bot",),
    "workers": ("workers",),
    "workers without effects": ("workers", "--role", "relay", "--role", "reactions", "--role", "schedule"),
    "webhooks": ("webhooks",),
}
NEEDS_AIOGRAM = {"bot", "workers"}
IMPORTS_AIOGRAM = re.compile(r"\| +aiogram$")
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def measure(*, quick: bool) -> list[Figure]:
    """Return the figures of every process, beside those of `import aiogram` alone."""
    rounds, idle_seconds = (1, 2) if quick else (5, 40)
    seconds, megabytes = _import("aiogram", rounds)
    figures = [Figure("import aiogram alone", seconds, "s"), Figure("aiogram alone, memory", megabytes, "MB")]
    packages = ("bot", "workers", "webhooks")
    figures += [Figure(f"{one}, import", _import(f"{one}.__main__", rounds)[0], "s", seconds) for one in packages]
    with migrated_database() as url, sandbox(url) as (_, settings), contextlib.ExitStack() as stack:
        figures += [_imports_of(name, settings) for name in PROCESSES]
        pids = {}
        for name, (package, *words) in PROCESSES.items():
            started = stack.enter_context(running(package, *words, settings=settings))
            pids[name] = started.process.pid
            figures.append(Figure(f"{name}, ready after", round(started.seconds, 2), "s", seconds))
        figures += _at_rest(pids, idle_seconds, megabytes)
    return figures + _everything_in_one(idle_seconds, megabytes)


def _import(module: str, rounds: int) -> tuple[float, float]:
    """Return in how many seconds a new Python has imported a module, and how many megabytes it takes then."""
    told = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    times = []
    for _ in range(rounds + 1):  # the first one reads the files, and compiles what was not
        began = time.perf_counter()
        words = [sys.executable, "-c", f"import {module}; {told}"]
        kilobytes = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603 -- as above
        times.append(time.perf_counter() - began)
    return round(statistics.median(times[1:]), 2), round(int(kilobytes) / 1024, 1)


def _imports_of(name: str, settings: Mapping[str, str]) -> Figure:
    """Return how often a process imports aiogram until it is ready, beside how often it should."""
    package, *words = PROCESSES[name]
    with running(package, *words, settings={**settings, "PYTHONPROFILEIMPORTTIME": "1"}) as started:
        times = sum(bool(IMPORTS_AIOGRAM.search(line)) for line in started.said)
    return Figure(f"{name}, imports of aiogram", times, "times", float(name in NEEDS_AIOGRAM))


def _at_rest(pids: Mapping[str, int], seconds: float, megabytes: float) -> list[Figure]:
    """Return the memory of processes for which there is nothing to do, and how busy they are all the same."""
    time.sleep(1 if seconds < CALM_AFTER_SECONDS else CALM_AFTER_SECONDS)  # what belongs to the start is over
    before = {name: _processor_seconds(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    idle = {name: 100 * (_processor_seconds(pid) - before[name]) / seconds for name, pid in pids.items()}
    return [
        *(Figure(f"{name}, memory", _megabytes(pid), "MB", megabytes) for name, pid in pids.items()),
        *(Figure(f"{name}, idle", round(idle[name], 2), "% of a core") for name in pids),
        Figure("all of them, idle", round(sum(idle.values()), 2), "% of a core", IDLE_PERCENT),
    ]


def _everything_in_one(idle_seconds: float, megabytes: float) -> list[Figure]:
    """Return the figures of `manage.py run` in an empty folder, from its start to its first answer."""
    with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder:
        anywhere = {"DATA_DIR": folder, "SANDBOX_PORT": "0", "SANDBOX_BANK_PORT": "0", "WEBHOOKS_PORT": "0"}
        began = time.perf_counter()
        with running("admin", "run", settings=anywhere) as product:
            [page_url] = re.findall(r"Open (http\S+?)/ ", product.said[-1])
            asyncio.run(_first_answer(page_url))
            answered = round(time.perf_counter() - began, 2)
            figures = _at_rest({"manage.py run": product.process.pid}, idle_seconds, megabytes)[:2]
    return [Figure("manage.py run, first answer after", answered, "s", FIRST_ANSWER_SECONDS), *figures]


async def _first_answer(page_url: str) -> None:
    async with World.connect(page_url) as world:
        anna = world.person("anna")
        await anna.start()
        await anna.sees(None, containing="SyncBuy", within_seconds=30)


def _processor_seconds(pid: int) -> float:
    """Return how many seconds a process has kept a core busy, as Linux counts them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _megabytes(pid: int) -> float:
    return round(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 2**20, 1)
