"""A connection of HTTP as we serve it: whoever does not finish a request, or take an answer, is not waited for."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20  # for a connection to bring the head of a request
CLOSE_SECONDS = 10  # for what is not sent yet when the application has done its part


class Connection(H11Protocol):
    """Uvicorn's own, which would keep whoever sends half of a head, or does not read, as long as they hold on."""

    _too_late: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._answer, self.app = self.app, self._answer_or_hang_up

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what has come, and go on waiting only for so long as there is no head."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._expect_nothing()
        elif self._too_late is None:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._too_late = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _expect_nothing(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    async def _answer_or_hang_up(self, *asgi: Any) -> None:
        """Answer, and where the application gives up before the end, let the other side have the rest for a moment."""
        answering = self.cycle  # the next request of the connection has one of its own
        try:
            await self._answer(*asgi)
        finally:
            if not answering.response_complete:
                self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
