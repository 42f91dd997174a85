"""The routes of people who are signed in: one request is one transaction, and what creates something has a key."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth import SIGNED_IN, who_asks
from api.body import Route, read_body
from api.ground import Call, ground_of
from api.idempotency import Creating, answer_once
from core.clock import utc_now

READING = {"GET", "HEAD"}


class InTransaction(Route):
    """Finds out who asks, and handles the request in one transaction that is over before the answer goes out.

    What only reads sees one state of the database.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request of this route."""
        handle = super().get_route_handler()
        creating = next((each for each in self.dependencies if isinstance(each, Creating)), None)

        async def in_transaction(request: Request) -> Response:
            ground, now = ground_of(request), utc_now()
            caller = await who_asks(request, ground, now=now)
            body = await read_body(request)  # nobody waits for a sender while holding a transaction
            begin = ground.db.snapshot if request.method in READING else ground.db.transaction
            async with begin() as session:
                call = request.state.call = Call(session, caller, now, ground)
                if creating is not None:
                    return await answer_once(request, call, creating, handle, body=body)
                return await handle(request)

        return in_transaction


def new_router(area: str) -> APIRouter:
    """Return a router for routes of an area under /v1 that only people who are signed in may use."""
    return APIRouter(prefix="/v1", route_class=InTransaction, dependencies=[SIGNED_IN], tags=[area])
