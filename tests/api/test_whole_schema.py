"""Everything that the OpenAPI document promises holds, whatever is sent: schemathesis over the whole of it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from core.clock import utc_now
from core.identity.personal_tokens import create_token
from tests.api.door import Door
from tests.api.test_openapi import ENDLESS
from tests.builders import funded

# How long it may look for what breaks in each way; more finds more: SCHEMATHESIS_SECONDS=600.
GIVEN = os.environ.get("SCHEMATHESIS_SECONDS")
SECONDS = {
    phases: int(GIVEN or ours) for phases, ours in {"examples,coverage": 10, "fuzzing": 5, "stateful": 8}.items()
}
PROGRAM = Path(sys.executable).parent / "schemathesis"
# A rule refuses more than a schema can say: a currency that nobody has, shares that do not add up.
NOT_PROMISED = "positive_data_acceptance"
# What scripts may not do, apart from what ends the session that asks.
OF_SESSIONS = (
    "set_password",
    "link_identity",
    "unlink_identity",
    "list_sessions",
    "export_me",
    "erase_me",
    "list_tokens",
    "create_token",
    "revoke_token",
)


async def keeps_its_promises(door: Door, folder: Path, token: str, *more: str) -> None:
    """Let schemathesis ask by a token, and fail where an answer is none of those that the document promises."""
    await door.http.get("/openapi.json", timeout=60)  # written once, which a busy machine takes its time for
    running = await asyncio.create_subprocess_exec(
        *(PROGRAM, "run", f"{door.url}/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--exclude-checks", NOT_PROMISED, "--seed", "1"),
        *("--max-examples", "5", "--warnings", "off", *more),
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()

    assert running.returncode == 0, said.decode()


class TestTheApi:
    @pytest.mark.slow
    @pytest.mark.timeout(120 + max(SECONDS.values()))
    @pytest.mark.parametrize("phases", SECONDS)
    async def test_keeps_every_promise_of_its_document(self, door: Door, tmp_path: Path, phases: str) -> None:
        anna = await door.person("Anna")
        async with door.db.transaction() as session:
            await funded(session, 1_000_000_00, actor=anna.actor)
            # A script's token ends no session, its own among them.
            _, token = await create_token(session, actor=anna.actor, name="test", expires_at=None, now=utc_now())
        but = ("--exclude-operation-id", ENDLESS, "--max-time", str(SECONDS[phases]))

        await keeps_its_promises(door, tmp_path, token, "--phases", phases, *but)

    @pytest.mark.slow
    @pytest.mark.timeout(120 + max(SECONDS.values()))
    async def test_keeps_them_to_who_signed_in_themselves(self, door: Door, tmp_path: Path) -> None:
        anna = await door.person("Anna")
        only = [word for name in OF_SESSIONS for word in ("--include-operation-id", name)]

        await keeps_its_promises(door, tmp_path, anna.token, "--phases", "fuzzing", *only)
