"""The product as production has it: bot, webhooks and several workers as processes of their own, and a broker."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.config import BusSettings
from core.db import Database
from core.ledger.audit import audit
from sandbox.bank.client import Bank
from sandbox.telegram.person import World
from tests.journeys.steps import locked, open_debt

ROOT = Path(__file__).parents[2]
WORKERS = (
    ("--role", "relay", "--role", "schedule"),
    ("--role", "reactions"),
    ("--role", "reactions", "--role", "effects"),
)


class Processes:
    """Processes of the product that share their settings; each must end in good order when it is told to."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**os.environ, **environment}
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start `python -m` with these words."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, cwd=ROOT, env=self.environment, stdout=asyncio.subprocess.PIPE
        )
        self._running.append(process)
        return process

    @contextlib.asynccontextmanager
    async def ending(self) -> AsyncIterator[None]:
        """Tell all of them to stop at the end of the block, whatever happened in it."""
        try:
            yield
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Tell all of them to stop, and wait for their end."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for said, _ in await asyncio.wait_for(asyncio.gather(*(each.communicate() for each in self._running)), 60):
            sys.stdout.write(said.decode())  # pytest shows it where the journey fails

    @property
    def exit_codes(self) -> list[int | None]:
        """Return how they ended."""
        return [process.returncode for process in self._running]


async def _line(process: asyncio.subprocess.Process, containing: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if containing in line:
                return line
    raise AssertionError(f"it ended before it said {containing}")


@contextlib.asynccontextmanager
async def _outside(tmp_path: Path, notices_to: str) -> AsyncIterator[tuple[dict[str, str], str, str]]:
    """Run the sandbox, and yield the settings that it asks for and where its Telegram and its bank are."""
    sandbox = Processes({})
    process = await sandbox.start(
        "sandbox", "--port", "0", "--bank-port", "0", "--data", str(tmp_path), "--notices-to", notices_to,
        "--group-messages-per-minute", "3000",
    )  # fmt: skip
    settings, line = dict[str, str](), ""
    assert process.stdout is not None
    while not line.startswith("#"):
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        assert line
        name, _, value = line.partition("=")
        settings[name] = value
    settings.pop(line.partition("=")[0])
    try:
        yield settings, settings["TELEGRAM_API_URL"], settings["STANDARD_API_URL"].removesuffix("/v3/")
    finally:
        await sandbox.stop()


class TestSeparateProcesses:
    async def test_take_a_debt_from_the_chat_through_the_bank_to_the_payee(
        self, database_url: str, bus: BusSettings, tmp_path: Path, unused_tcp_port: int
    ) -> None:
        notices_to = f"http://127.0.0.1:{unused_tcp_port}"
        async with _outside(tmp_path, notices_to) as (settings, telegram_url, bank_url):
            settings |= {
                "DATABASE_URL": database_url,
                "DATA_DIR": str(tmp_path),
                "WEBHOOKS_PORT": str(unused_tcp_port),
                "TELEGRAM_GROUP_MESSAGES_PER_MINUTE": "3000",
                "AMQP_PREFIX": bus.amqp_prefix,
            }
            if bus.amqp_url is not None:
                settings["AMQP_URL"] = bus.amqp_url.get_secret_value()
            product = Processes(settings)
            async with product.ending():
                started = [await product.start("workers", *roles) for roles in WORKERS]
                started += [await product.start("webhooks"), await product.start("bot")]
                await asyncio.gather(*(_line(process, "-started") for process in started))
                await self._pay(telegram_url, bank_url)

            assert product.exit_codes == [0] * len(started)
        db = Database.connect(database_url)
        async with db.transaction() as session:
            assert await audit(session) == []
        await db.close()

    async def _pay(self, telegram_url: str, bank_url: str) -> None:
        async with World.connect(telegram_url) as world, Bank.connect(bank_url) as bank:
            anna, boris = await locked(world)
            asked = await boris.tap(await open_debt(boris, "Анна"), "Банк")
            assert asked is not None
            async with asyncio.timeout(20):
                while not (payments := await bank.payments()):
                    await asyncio.sleep(0.05)
            await bank.pay(payments[-1]["id"])

            await boris.sees(None, containing="Оплачено 500", within_seconds=30)
            await anna.sees(None, containing="Борис заплатил(а) вам 500", within_seconds=30)


@pytest.fixture
def unused_tcp_port() -> int:
    """Return a port that nobody has just now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
