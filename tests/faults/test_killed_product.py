"""The whole product as its own process: killed, started again, and stopped in good order."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from sandbox.telegram.person import World

ROOT = Path(__file__).parents[2]
GROUP = "Дача 🌲"


@contextlib.asynccontextmanager
async def _product(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BOT_TOKEN"}}
    environment |= {"DATA_DIR": str(data), "SANDBOX_PORT": "0", "SANDBOX_BANK_PORT": "0"}
    environment["WEBHOOKS_PORT"] = "0"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "admin", "run", cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        found = re.search(r"Open (http://\S+?)/ ", line)
        assert found, line
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class TestTheProduct:
    async def test_goes_on_where_it_was_after_being_killed(self, tmp_path: Path) -> None:
        async with _product(tmp_path) as (process, url), World.connect(url) as world:
            anna = world.person("anna")
            await anna.sees(GROUP, containing="Привет", within_seconds=20)
            await anna.send(GROUP, "/new Шашлыки")
            card = await anna.sees(GROUP, containing="Шашлыки", button="Участвую", within_seconds=20)
            # Nobody waits for the answer: the process dies with this tap somewhere on its way.
            await world.person("boris").tap(card, "Участвую")
            process.send_signal(signal.SIGKILL)
            await process.wait()

        async with _product(tmp_path) as (process, url), World.connect(url) as world:
            anna = world.person("anna")
            seen = await anna.sees(GROUP, containing="2 участника: Анна, Борис", within_seconds=30)
            assert seen.id == card.id
            assert sum(message.has(None, "Участвую") for message in await anna.messages(GROUP)) == 1

            process.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        assert not (tmp_path / "postgres" / "pgdata" / "postmaster.pid").exists()
