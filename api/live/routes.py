"""`WS /v1/live` and `/v1/orders/ws`, and `GET /v1/live/events`: three ways to hear of the same changes."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, WebSocket

from api.auth import SIGNED_IN, who_asks
from api.ground import Grounded
from api.live.events import EventStream
from api.live.socket import serve_socket
from core.clock import utc_now
from core.live.models import Kind

EVERYTHING = frozenset(Kind)
LAST_EVENT_ID_MAX = 2**63 - 1
_EXAMPLE = (
    'id: 4711\nevent: ready\ndata: {"type":"ready","last_event_id":4711}\n\n'
    'id: 4712\nevent: change\ndata: {"type":"change","id":4712,"kind":"purchase","event":"task.taken",'
    '"object_id":"0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6a","purchase_id":"0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6a",'
    '"at":"2026-06-01T12:00:00Z","data":{"actor_id":"0197a3c4-0001-7b1a-9c55-1f2e3d4c5b6a",'
    '"task_id":"0197a3c4-0002-7b1a-9c55-1f2e3d4c5b6a"}}\n\n'
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Goes on until the token ends or the client leaves; come back with `Last-Event-ID`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}

router = APIRouter(prefix="/v1", tags=["live"])


@router.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Tell everything that changes for the person whose token the first message brings."""
    await serve_socket(websocket, kinds=EVERYTHING)


@router.websocket("/orders/ws")
async def live_orders(websocket: WebSocket) -> None:
    """Tell of the orders of the person whose token the first message brings."""
    await serve_socket(websocket, kinds={Kind.ORDER})


@router.get(
    "/live/events",
    operation_id="listen",
    summary="Hear of changes as they happen, as server-sent events",
    status_code=200,
    response_class=EventStream,
    responses=_STREAM,
    dependencies=[SIGNED_IN],
)
async def live_events(
    request: Request,
    ground: Grounded,
    last_event_id: Annotated[int | None, Header(ge=0, le=LAST_EVENT_ID_MAX)] = None,
) -> EventStream:
    """Tell everything that changes for the person, after what they heard last."""
    caller = await who_asks(request, ground, now=utc_now())
    return EventStream(request.app.state.hub, caller, kinds=EVERYTHING, after=last_event_id)
