"""Send to one listener what the hub tells, over whatever carries it, until either side ends it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from starlette.websockets import WebSocketDisconnect

from api.live.frames import Frame
from api.live.listener import Ending, Listener
from core.clock import utc_now
from core.telemetry import measures

log = structlog.get_logger()


async def push(
    listener: Listener,
    greeting: Sequence[Frame],
    *,
    send: Callable[[Frame], Awaitable[None]],
    hear: Callable[[], Awaitable[None]],
    until: datetime | None,
) -> Ending | None:
    """Send the greeting and whatever comes, and return why we ended it; None if the other side did.

    `hear` returns when the other side is gone. At `until` the person has to prove anew who they are.
    """
    sending = asyncio.create_task(_send(listener, greeting, send))
    hearing = asyncio.ensure_future(hear())
    seconds = None if until is None else max(0.0, (until - utc_now()).total_seconds())
    try:
        ends: set[asyncio.Future[Any]] = {sending, hearing, listener.ended}
        done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, hearing):
            task.cancel()
        for outcome in await asyncio.gather(sending, hearing, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                log.error("pushing-broke", exc_info=outcome)
    if not done:
        listener.end(Ending.SIGNED_OUT)
    if not listener.ended.done():
        return None
    ending = listener.ended.result()
    measures.LIVE_ENDED.labels(ending.name.lower()).inc()
    return ending


async def _send(listener: Listener, greeting: Sequence[Frame], send: Callable[[Frame], Awaitable[None]]) -> None:
    for frame in greeting:
        await send(frame)
    while True:
        for frame in await listener.next():
            await send(frame)
            frame.note_pushed()
