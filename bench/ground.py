"""What measurements stand on: a throwaway PostgreSQL that waits for the disk, and servers in processes of their own."""

import asyncio
import contextlib
import multiprocessing
import multiprocessing.connection
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from core.config import LoggingSettings
from core.embedded_postgres import EmbeddedPostgres
from core.logs import set_up_logs
from core.migrate import migrate
from core.process import quickest_loop

Said = multiprocessing.connection.Connection
Given = ParamSpec("Given")
Result = TypeVar("Result")


@contextlib.contextmanager
def migrated_database() -> Iterator[str]:
    """Run a server with a migrated database and yield its address; all of it is forgotten at the end."""
    # Not an ephemeral one: durable as in production, since the disk is part of every figure.
    with tempfile.TemporaryDirectory(prefix="syncbuy-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        asyncio.run(migrate(server.url))
        yield server.url


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine on the loop that the product's processes run on."""
    with asyncio.Runner(loop_factory=quickest_loop()) as runner:
        return runner.run(main)


class Process:
    """A function in a process of its own, as in production, until the end of the block; it may say something first."""

    def __init__(
        self, function: Callable[Concatenate[Said, Given], None], *given: Given.args, **named: Given.kwargs
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, self._there = context.Pipe()
        self._process = context.Process(
            target=_quietly, args=(function, self._there, *given), kwargs=named, daemon=True
        )

    def __enter__(self) -> Self:
        self._process.start()
        self._there.close()  # so that its end is heard
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def say(self, what: Any) -> None:
        """Tell the function something, if it listens."""
        self._here.send(what)

    def heard(self) -> Any:
        """Return what the function says next, waiting for it.

        :raises EOFError: if it ended instead.
        """
        return self._here.recv()


def _quietly(function: Callable[..., None], *given: Any, **named: Any) -> None:
    """Run a function whose log is no part of the result."""
    set_up_logs(LoggingSettings(log_level="ERROR"), beside_output=True)
    function(*given, **named)
