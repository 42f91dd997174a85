"""One person who listens over one connection: what waits for them, and why it ends."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from enum import IntEnum
from uuid import UUID

from api.live.frames import PING, Frame
from core.live.models import Kind

WAITING_MAX = 256  # changes; whoever is further behind is sent away, and resumes
SILENCE_SECONDS = 20.0


class Ending(IntEnum):
    """Why we end a connection, as the close code of a WebSocket says it."""

    STOPPING = 1001
    TOO_SLOW = 1013
    MALFORMED = 4400
    SIGNED_OUT = 4401  # or never signed in
    SAID_NOTHING = 4408
    TOO_MANY = 4429


class Listener:
    """Takes what the hub tells without ever letting it wait."""

    def __init__(
        self, kinds: Collection[Kind], credential: UUID, since: int, write_now: Callable[[bytes], bool] | None = None
    ) -> None:
        self.kinds = frozenset(kinds)
        self.credential = credential  # the session, or the personal token, by which the person is here
        self.since = since  # every later change is told here
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._write_now = write_now
        self._waiting = deque[Frame]()
        self._busy = asyncio.Event()  # unless all is sent, and the sender waits for more
        self._busy.set()

    def tell(self, frame: Frame) -> None:
        """Write a message if nothing waits before it and there is a way to; else let it wait, unless too many do."""
        if self.ended.done():
            return
        # To wake a sender for each of a thousand who hear the same costs more than all the rest.
        if not self._busy.is_set() and self._write_now is not None and self._write_now(frame.wire):
            frame.note_pushed()
            return
        if len(self._waiting) >= WAITING_MAX:
            self.end(Ending.TOO_SLOW)
            return
        self._waiting.append(frame)
        self._busy.set()

    def end(self, ending: Ending) -> None:
        """End the connection for this reason, if it has not ended."""
        if not self.ended.done():
            self.ended.set_result(ending)
            self._waiting.clear()

    async def next(self) -> list[Frame]:
        """Return what waits, or what comes next that is to wait; a ping where nothing does for long."""
        if not self._waiting:
            self._busy.clear()
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    await self._busy.wait()
            except TimeoutError:
                return [PING]
            finally:
                self._busy.set()
        frames = list(self._waiting)
        self._waiting.clear()
        return frames
