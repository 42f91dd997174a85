"""`python -m webhooks`: a process of its own that takes notices and stops in good order."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

from sandbox.asking import new_client
from tests.webhooks.door import notice, signed

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "WEBHOOKS_PORT": "0",
    "STANDARD_API_URL": "http://127.0.0.1:9/",
    "STANDARD_SHOP_ID": "1",
    "STANDARD_SECRET_KEY": "key",
    "STANDARD_WEBHOOK_SECRET": "whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
}


class TestTheProcess:
    async def test_takes_notices_until_it_is_told_to_stop(self, database_url: str, tmp_path: Path) -> None:
        environment = {**os.environ, **SETTINGS, "DATABASE_URL": database_url, "DATA_DIR": str(tmp_path)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "webhooks", cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            found = re.search(r"webhooks-started .*(http://\S+)/webhooks/payments/", line)
            assert found, line
            body = notice()
            async with new_client(base_url=found[1], timeout=20) as http:
                taken = await http.post("/webhooks/payments/standard", content=body, headers=signed(body))
                ready = await http.get("/health/ready")
                process.send_signal(signal.SIGTERM)

            assert (taken.status_code, ready.status_code, await asyncio.wait_for(process.wait(), 20)) == (200, 200, 0)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def test_does_not_start_with_wrong_settings_and_says_why_in_one_line(self, tmp_path: Path) -> None:
        environment = {**os.environ, "TRUSTED_PROXIES": "everybody", "DATA_DIR": str(tmp_path)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "webhooks", cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(process.communicate(), 60)

        assert process.returncode == 1
        assert said.decode().startswith("The webhooks did not start. TRUSTED_PROXIES")
