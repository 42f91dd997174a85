"""What is sent to whoever listens: the words of the protocol, written once for everybody who hears them."""

import time
from dataclasses import dataclass
from functools import cached_property

import orjson

from core.live.changes import Seen
from core.telemetry import measures
from core.web.sockets import text_frame


@dataclass(frozen=True, eq=False)
class Frame:
    """A message as it is sent; a change has the number to resume after, and when it happened (seconds, Unix time)."""

    type: str
    text: str
    id: int | None = None
    happened: float | None = None

    @cached_property
    def wire(self) -> bytes:
        """The message as it goes over a WebSocket."""
        return text_frame(self.text)

    def event(self) -> str:
        """Return the message as a server-sent event."""
        if self.type == "ping":
            return ": ping\n\n"
        numbered = "" if self.id is None else f"id: {self.id}\n"
        return f"{numbered}event: {self.type}\ndata: {self.text}\n\n"

    def note_pushed(self) -> None:
        """Take note of how long it took to reach one of those it is for."""
        if self.happened is not None:
            measures.LIVE_SECONDS.observe(time.time() - self.happened)


PING = Frame("ping", '{"type":"ping"}')
RESET = Frame("reset", '{"type":"reset"}')


def ready(last_event_id: int) -> Frame:
    """Return the word that from now on every change is told."""
    return Frame("ready", f'{{"type":"ready","last_event_id":{last_event_id}}}', last_event_id)


def frame_of(change: Seen) -> Frame:
    """Return a change as it is told."""
    said = {
        "type": "change",
        "id": change.id,
        "kind": change.kind,
        "event": change.event,
        "object_id": str(change.object_id),
        "purchase_id": None if change.purchase_id is None else str(change.purchase_id),
        "at": change.happened_at,
        "data": change.data,
    }
    text = orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()
    return Frame("change", text, change.id, change.happened_at.timestamp())
