"""docs/api.md: its commands are run as they stand, and the addresses that it names exist."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from admin.product import Running
from tests.api.test_openapi import OPERATIONS
from tests.containers import ROOT

GUIDE = (ROOT / "docs/api.md").read_text(encoding="utf-8")
COMMANDS = "\n".join(re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL))
LINES = re.findall(r"^\| 00[0-4]: .*", GUIDE, re.MULTILINE)


class TestTheGuide:
    @pytest.mark.parametrize("bus", ["local"], indirect=True)
    async def test_plays_a_complete_purchase_by_curl_alone(self, product: Running, tmp_path: Path) -> None:
        for program in ("bash", "curl"):
            assert shutil.which(program), f"install {program}: the guide is written for it"
        running = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", COMMANDS),
            cwd=tmp_path,
            env={**os.environ, "SYNCBUY": product.api_url, "no_proxy": "*"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, failed = await asyncio.wait_for(running.communicate(), 100)

        assert running.returncode == 0, failed.decode() + said.decode()
        told = said.decode()
        assert told.startswith("20000\nsucceeded\nclosed\n")
        assert "Charcoal" in told
        assert re.search(r"^https?://", told, re.MULTILINE)
        assert told.endswith("CANCELLED\n")

    def test_names_for_every_endpoint_of_the_documents_one_that_exists(self) -> None:
        known = {(method.upper(), re.sub(r"\{\w+\}", "{id}", path)) for path, method, _ in OPERATIONS.values()}
        assert len(LINES) == 27
        for line in LINES:
            named = re.search(r"`(GET|POST) (/v1/[^`?]*)", line.split("|")[2])
            if named is not None:
                assert (named[1], named[2]) in known, line
            else:
                assert "the same" in line or "WS /v1/orders/ws" in line
