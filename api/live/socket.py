"""One WebSocket: who it is, from the first message, and then what changes for them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from fastapi import WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.errors import TooManyListeners
from api.ground import Ground
from api.limits import limit_person, site_of
from api.live.frames import Frame
from api.live.hub import Hub
from api.live.listener import Ending
from api.live.push import push
from api.threshold import CORRELATION_HEADER
from core.clock import utc_now
from core.errors import TooOften
from core.live.models import Kind
from core.telemetry import measures
from core.telemetry.trail import entering
from core.web.sockets import WRITE_NOW

FIRST_WORD_SECONDS = 10.0
STRANGERS_MAX = 100  # connections from one place to one process that have not said yet who they are
CLOSE_SECONDS = 1.0  # for the word of why, to whoever does not read


class FirstWord(BaseModel):
    """What a client says first; a token in the address would be written into logs on the way."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=4096)
    last_event_id: int | None = Field(default=None, ge=0, lt=2**63)


class _SentAway(Exception):
    """The client is sent away before it hears anything."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending


async def serve_socket(websocket: WebSocket, *, kinds: Collection[Kind]) -> None:
    """Push changes of these kinds over a socket until either side ends it."""
    ground: Ground = websocket.app.state.ground
    with entering("live", correlation_id=websocket.headers.get(CORRELATION_HEADER)):
        strangers: Counter[str] = websocket.app.state.strangers
        site = site_of(websocket, ground.peers)
        if not _may_ask(websocket, ground) or strangers[site] >= STRANGERS_MAX:
            await websocket.close()  # before it is accepted: an answer of 403
            return
        try:
            with _counted(strangers, site):
                await websocket.accept()
                first = await _first_word(websocket)
            ending = None if first is None else await _listen(websocket, ground, first, kinds)
        except _SentAway as refused:
            ending = refused.ending
            measures.LIVE_ENDED.labels(ending.name.lower()).inc()
        if ending is not None:
            with contextlib.suppress(Exception):  # gone, or not reading: it is closed without a word
                async with asyncio.timeout(CLOSE_SECONDS):
                    await websocket.close(ending)


def _may_ask(websocket: WebSocket, ground: Ground) -> bool:
    """Return whether the page that opens the socket is one of ours or of the allow-list; programs name none."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    ours = urlsplit(origin).netloc == websocket.headers.get("host") or origin == ground.settings.api_public_url
    return ours or (bool(origin) and origin in ground.settings.api_cors_origins.split(","))


@contextlib.contextmanager
def _counted(strangers: Counter[str], site: str) -> Iterator[None]:
    strangers[site] += 1
    try:
        yield
    finally:
        strangers[site] -= 1
        if not strangers[site]:
            del strangers[site]


async def _first_word(websocket: WebSocket) -> FirstWord | None:
    """Return the first message; None if the client left instead."""
    try:
        async with asyncio.timeout(FIRST_WORD_SECONDS):
            message = await websocket.receive()
    except TimeoutError:
        raise _SentAway(Ending.SAID_NOTHING) from None
    if message["type"] == "websocket.disconnect":
        return None
    try:
        return FirstWord.model_validate_json(message.get("text") or "")
    except ValidationError:
        raise _SentAway(Ending.MALFORMED) from None


async def _listen(websocket: WebSocket, ground: Ground, first: FirstWord, kinds: Collection[Kind]) -> Ending | None:
    caller = await ground.whose_token(first.token, utc_now())
    if caller is None:
        raise _SentAway(Ending.SIGNED_OUT)
    hub: Hub = websocket.app.state.hub

    async def send(frame: Frame) -> None:
        await websocket.send_text(frame.text)

    async def hear() -> None:
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass  # whatever else a client says is as good as a pong

    try:
        await limit_person(ground.db, caller.actor.user_id, per_minute=ground.settings.api_requests_per_minute)
        await hub.caught_up(first.last_event_id)
        write_now = websocket.scope["extensions"][WRITE_NOW]["write"]
        with hub.listening(caller, kinds, write_now=write_now) as listener:
            greeting = await hub.greeting(listener, caller, first.last_event_id)
            return await push(listener, greeting, send=send, hear=hear, until=caller.expires_at)
    except (TooOften, TooManyListeners):
        raise _SentAway(Ending.TOO_MANY) from None
