"""The product's processes: started, killed without a word, and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED = b"-started"  # bot, workers, webhooks: what their first line ends with
STOP_SECONDS = 40.0  # longer than the product's own patience with what is in flight
COPIES = {
    "relay-1": ("workers", "--role", "relay"),
    "relay-2": ("workers", "--role", "relay"),
    "reactions-1": ("workers", "--role", "reactions", "--role", "schedule"),
    "reactions-2": ("workers", "--role", "reactions", "--role", "schedule"),
    "effects-1": ("workers", "--role", "effects"),
    "effects-2": ("workers", "--role", "effects"),
    "bot": ("bot",),
    "webhooks": ("webhooks",),
}


class Process:
    """One process of the product; what it writes is kept in a file of its name."""

    def __init__(self, name: str, *, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.kills = 0
        self.log = folder / f"{name}.log"
        self._environment, self._folder = environment, folder
        self._running: subprocess.Popen[bytes] | None = None
        self._log_from = 0  # where the running one began to write

    @property
    def is_up(self) -> bool:
        """Whether it has told its log that it works."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return STARTED in log.read()

    @property
    def ended_by_itself(self) -> bool:
        """Whether it is gone though nobody killed it."""
        return self._running is not None and self._running.poll() is not None

    def start(self) -> None:
        """Start it, or start it again."""
        with self.log.open("ab") as log:
            self._log_from = log.tell()
            # In a session of its own, so that a Ctrl-C is for the program that watches it.
            self._running = subprocess.Popen(  # noqa: S603 -- the project's own modules
                [sys.executable, "-m", *COPIES[self.name]],
                env=dict(self._environment), cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End it between any two of its instructions."""
        if self._running is not None and self._running.poll() is None:
            self._running.kill()
            self._running.wait()
            self.kills += 1
        self._running = None

    def stop(self) -> bool:
        """Ask it to end in good order, and return whether it did."""
        if self._running is None or self._running.poll() is not None:
            return False
        self._running.send_signal(signal.SIGTERM)
        try:
            return self._running.wait(STOP_SECONDS) == 0
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
            return False


def environment_without(names: set[str]) -> dict[str, str]:
    """Return the environment of this process without some variables; the project can be imported from any folder."""
    kept = {name: value for name, value in os.environ.items() if name.upper() not in names}
    return {**kept, "PYTHONPATH": str(ROOT)}
