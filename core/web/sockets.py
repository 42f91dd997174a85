"""WebSockets as we serve them: what many hear is written once for all, and what is over is let go of."""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from core.web.connection import CLOSE_SECONDS

WRITE_NOW = "syncbuy.write_now"  # the extension of the scope by which an application has `Sockets.write_now`


def text_frame(text: str) -> bytes:
    """Return a message as a server writes it: a whole frame, for nothing is masked or compressed (RFC 6455, 5.2)."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class Sockets(WebSocketsSansIOProtocol):
    """Uvicorn's own, which would keep what is not sent yet for whoever does not read, as long as they hold on."""

    async def run_asgi(self) -> None:
        """Let the application have a shorter way out than ASGI's, too."""
        self.scope["extensions"][WRITE_NOW] = {"write": self.write_now}
        await super().run_asgi()

    def write_now(self, frame: bytes) -> bool:
        """Write a whole frame, and return whether it was: to who is slow to read, or gone, nothing is written."""
        if not self.writable.is_set() or self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let the other side have the rest for a moment, and then hang up."""
        super().on_task_complete(task)
        self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
