"""Requests that create something carry a key, so that the same one sent twice has one effect and one answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.params import Depends

from api.errors import answer_to
from api.ground import Call
from core.errors import DomainError
from core.idempotency.key import read_key, scope_of
from core.idempotency.run_once import Answer, run_once

JSON = "application/json"
LOCATION = "x-location"  # where the document is told of it; api/openapi.py makes a header and a link of that
KEY_HEADERS = ("Idempotence-Key", "Idempotency-Key")
REPLAYED = "Idempotency-Replayed"
_PARAMETERS = [
    {
        "in": "header",
        "name": KEY_HEADERS[0],
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
        "required": True,
        "example": "5f0c2a6e-8d1b-4f3a-9e77-2b6c1d4e8a90",
        "description": "Made up by the client for this one request; the same key has one effect and one answer for 72 "
        "hours. `Idempotency-Key` is accepted in its place.",
    }
]


@dataclass(frozen=True, eq=False)
class Creating(Depends):
    """Marks a route that creates something; `location` is where the new thing is, by the fields of its answer."""

    location: str = field(kw_only=True)


def _nothing() -> None:
    """Do nothing: the marker says it all."""


def creates(location: str) -> dict[str, Any]:
    """Return what the decorator of a creating route says of it: `@router.post(..., **creates("/v1/orders/{id}"))`."""
    return {
        "dependencies": [Creating(_nothing, location=location)],
        "openapi_extra": {"parameters": _PARAMETERS, LOCATION: location},
    }


async def answer_once(
    request: Request,
    call: Call,
    creating: Creating,
    handle: Callable[[Request], Awaitable[Response]],
    *,
    body: Any,
) -> Response:
    """Return what a creating request is answered: by `handle` the first time, as it was then every further time.

    :raises NoIdempotencyKey, WrongIdempotencyKey, TwoIdempotencyKeys: if there is no key.
    :raises SameKeyStillRunning, SameKeyOtherRequest: if the key is in use.
    """
    of_old, of_new = (request.headers.get(name) for name in KEY_HEADERS)
    key = read_key(idempotence_key=of_old, idempotency_key=of_new)

    async def effect() -> Answer:
        response = await handle(request)
        return Answer(response.status_code, bytes(response.body))

    def refuse(refusal: DomainError) -> Answer:
        response = answer_to(refusal, request)
        return Answer(response.status_code, bytes(response.body))

    answer = await run_once(
        call.session,
        scope=scope_of(principal=str(call.actor.user_id), method=request.method, route=request.scope["route"].path),
        key=key,
        request={"path": request.url.path, "body": body},
        now=call.now,
        effect=effect,
        refuse=refuse,
    )
    return _response(request, answer, creating)


def _response(request: Request, answer: Answer, creating: Creating) -> Response:
    response = Response(answer.body, answer.status, media_type=JSON)
    if answer.has_effect:
        response.headers["Location"] = creating.location.format(**{**request.path_params, **orjson.loads(answer.body)})
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response
