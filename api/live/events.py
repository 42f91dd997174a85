"""Changes as server-sent events, for whoever has no WebSocket."""

import asyncio
import contextlib
from collections.abc import Collection

from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.live.frames import Frame
from api.live.hub import Hub
from api.live.push import push
from core.identity.whose_token import Caller
from core.live.models import Kind

END_SECONDS = 1.0  # for the last byte, to whoever does not read
HEADERS = {"X-Accel-Buffering": "no"}  # a proxy that collects an answer before it passes it on would never pass it on


class EventStream(Response):
    """An answer that goes on until either side ends it."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, caller: Caller, *, kinds: Collection[Kind], after: int | None) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._hub, self._caller, self._kinds, self._after = hub, caller, kinds, after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- as every ASGI application
        """Send events.

        :raises TooManyListeners: before anything is sent, if the person listens over too many connections.
        """

        async def write(frame: Frame) -> None:
            await send({"type": "http.response.body", "body": frame.event().encode(), "more_body": True})

        async def hear() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        await self._hub.caught_up(self._after)
        with self._hub.listening(self._caller, self._kinds) as listener:
            greeting = await self._hub.greeting(listener, self._caller, self._after)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await push(listener, greeting, send=write, hear=hear, until=self._caller.expires_at)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await send({"type": "http.response.body", "body": b""})
