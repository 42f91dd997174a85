"""Answers as we give them: whoever does not take theirs is hung up on."""

from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

CLOSE_SECONDS = 10  # for what is not sent yet when the application has done its part


class Answers(H11Protocol):
    """Uvicorn's own, which would keep what is not sent yet for whoever does not read, as long as they hold on."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._answer, self.app = self.app, self._answer_or_hang_up

    async def _answer_or_hang_up(self, *asgi: Any) -> None:
        """Answer, and where the application gives up before the end, let the other side have the rest for a moment."""
        answering = self.cycle  # the next request of the connection has one of its own
        try:
            await self._answer(*asgi)
        finally:
            if not answering.response_complete:
                self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
