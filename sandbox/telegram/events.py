"""What happens, as a stream that the page follows and can take up again."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

KEPT = 5000
HEARTBEAT_SECONDS = 15


class Events:
    """The last few thousand events, numbered."""

    def __init__(self) -> None:
        self.last = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self.closed = False

    def tell(self, kind: str, **content: Any) -> None:
        """Add an event and wake whoever follows."""
        self.last += 1
        self._kept.append((self.last, json.dumps({"kind": kind, **content}, ensure_ascii=False)))
        self._wake()

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def something(self, after: int, *, within_seconds: float) -> None:
        """Return when there is an event after a number, or the time is over."""
        if after >= self.last and not self.closed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), within_seconds)

    async def follow(self, after: int) -> AsyncIterator[str]:
        """Yield server-sent events from after a number on, for ever."""
        if after > self.last:
            after = 0  # the sandbox was started anew
        yield ": welcome\n\n"
        while not self.closed:
            news = self._news
            for number, body in list(self._kept):
                if number > after:
                    after = number
                    yield f"id: {number}\ndata: {body}\n\n"
            if self.closed or after < self.last:
                continue
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
