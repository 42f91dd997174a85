"""Jobs that must not end."""

import asyncio

import pytest

from core import keep_running as module
from core.keep_running import keep_running


class TestAJob:
    async def test_is_started_again_where_a_library_gave_up_what_it_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "RESTART_SECONDS", (0,))
        stopping, runs = asyncio.Event(), 0

        async def job() -> None:
            nonlocal runs
            runs += 1
            if runs == 2:
                stopping.set()
                return
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(asyncio.CancelledError)
            await answer

        await asyncio.gather(keep_running("a job", job, stopping), return_exceptions=True)

        assert runs == 2

    async def test_ends_where_somebody_cancels_it(self) -> None:
        began = asyncio.Event()

        async def job() -> None:
            began.set()
            await asyncio.Event().wait()

        running = asyncio.create_task(keep_running("a job", job, asyncio.Event()))
        await began.wait()
        running.cancel()
        await asyncio.wait([running], timeout=5)

        assert running.cancelled()
