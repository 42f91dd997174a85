"""What the product stands on while it is tormented: a database, a broker and an outside world of this run's own."""

import asyncio
import contextlib
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from admin.chaos.processes import COPIES, Process, environment_without
from core.config import CLASSES
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres
from core.migrate import migrate
from sandbox.rabbitmq import RabbitNode, throwaway_rabbitmq

START_SECONDS = 60
# Telegram would let the bot write to a group 20 times a minute; what is to be shown needs livelier groups.
GROUP_MESSAGES_PER_MINUTE = 3000


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything is; `environment` is what the product's processes are told."""

    folder: Path
    postgres: EmbeddedPostgres
    broker: RabbitNode | None
    db: Database
    telegram_url: str
    bank_url: str
    environment: dict[str, str]


@contextlib.asynccontextmanager
async def ground(*, with_broker: bool) -> AsyncIterator[Ground]:
    """Start all that the product needs but itself, and remove it at the end.

    :raises EmbeddedPostgresFailed, RabbitFailed: if there is no database or no broker to be had.
    """
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="syncbuy-chaos-")))
        # A server that is stopped like a machine that loses its power has to have written what it promised.
        postgres = stack.enter_context(EmbeddedPostgres.ephemeral(is_durable=True))
        await migrate(postgres.url)
        broker = stack.enter_context(throwaway_rabbitmq()) if with_broker else None
        port = _free_port()
        told = await stack.enter_async_context(_outside_world(folder, port))
        environment = environment_without({name.upper() for each in CLASSES for name in each.model_fields})
        environment |= told | {
            "DATABASE_URL": postgres.url,
            "DATA_DIR": str(folder),
            "WEBHOOKS_PORT": str(port),
            "LOG_LEVEL": "INFO",
            "TELEGRAM_GROUP_MESSAGES_PER_MINUTE": str(GROUP_MESSAGES_PER_MINUTE),
        }
        if broker is not None:
            environment["AMQP_URL"] = broker.url
        db = Database.connect(postgres.url)
        stack.push_async_callback(db.close)
        bank_url = told["STANDARD_API_URL"].removesuffix("/v3/")
        yield Ground(folder, postgres, broker, db, told["TELEGRAM_API_URL"], bank_url, environment)


@contextlib.contextmanager
def running_processes(ground: Ground) -> Iterator[dict[str, Process]]:
    """Start the processes of the product, and kill at the end whatever of them still runs."""
    processes = {name: Process(name, environment=ground.environment, folder=ground.folder) for name in COPIES}
    try:
        for process in processes.values():
            process.start()
        yield processes
    finally:
        for process in processes.values():
            process.kill()


@contextlib.asynccontextmanager
async def _outside_world(folder: Path, webhooks_port: int) -> AsyncIterator[dict[str, str]]:
    """Run the sandbox as a process of its own, which nobody kills, and yield the settings that it prints."""
    words = ("--port", "0", "--bank-port", "0", "--data", str(folder), "--group-messages-per-minute")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *words, str(GROUP_MESSAGES_PER_MINUTE),
        "--notices-to", f"http://127.0.0.1:{webhooks_port}",
        env=environment_without(set()), cwd=folder, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        told: dict[str, str] = {}
        async with asyncio.timeout(START_SECONDS):
            async for line in process.stdout:
                name, _, value = line.decode().rstrip("\n").partition("=")
                if name.startswith("#"):
                    break
                told[name] = value
        yield told
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
