"""WebSockets as we serve them: a connection that is over is let go of, whatever the other side does."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CLOSE_SECONDS = 10


class Sockets(WebSocketsSansIOProtocol):
    """Uvicorn's own, which would keep what is not sent yet for whoever does not read, as long as they hold on."""

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let the other side have the rest for a moment, and then hang up."""
        super().on_task_complete(task)
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
