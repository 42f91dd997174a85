"""What is sent to whoever listens: the words of the protocol, written once for everybody who hears them."""

from dataclasses import dataclass

import orjson

from core.live.changes import Seen


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A message as it is sent; a change has the number to resume after, and when it happened (seconds, Unix time)."""

    type: str
    text: str
    id: int | None = None
    happened: float | None = None

    def event(self) -> str:
        """Return the message as a server-sent event."""
        if self.type == "ping":
            return ": ping\n\n"
        numbered = "" if self.id is None else f"id: {self.id}\n"
        return f"{numbered}event: {self.type}\ndata: {self.text}\n\n"


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
