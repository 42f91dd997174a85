"""What a request that was refused is answered: one body for everything, in the person's language."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooOften, Unrecognized
from core.idempotency.key import NoIdempotencyKey, TwoIdempotencyKeys, WrongIdempotencyKey
from core.idempotency.run_once import SameKeyStillRunning
from core.texts import DEFAULT_LANGUAGE, LANGUAGES, choose_language
from core.texts.refusal import say_refusal

Headers = dict[str, str]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DETAIL_LENGTH_MAX = 200
EXAMPLE_ID = "0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6a"


class _AtTheDoor:
    """What a request is answered that does not get as far as a rule."""

    status: ClassVar[int]
    headers: ClassVar[Headers] = {}


class MalformedRequest(_AtTheDoor, DomainError):
    """The body is no JSON."""

    status = 400


class NotSignedIn(Unrecognized):
    """There is no token, or it is nobody's any more."""


class NoSuchAddress(_AtTheDoor, DomainError):
    """There is nothing at this address."""

    status = 404


class NoSuchMethod(_AtTheDoor, DomainError):
    """There is something at this address, but it does not do this."""

    status = 405


class TooSlow(_AtTheDoor, DomainError):
    """The body did not arrive in time."""

    status = 408
    headers: ClassVar[Headers] = {"Connection": "close"}


class TooLong(_AtTheDoor, DomainError):
    """The body is longer than we take."""

    status = 413


class WrongShape(_AtTheDoor, DomainError):
    """The body or the query is not what this address takes; `fields` says where."""

    status = 422


class TooManyListeners(_AtTheDoor, DomainError):
    """Somebody listens for changes over more connections than they need."""

    status = 429
    headers: ClassVar[Headers] = {"Retry-After": "60"}


class OurFault(_AtTheDoor, DomainError):
    """A bug of ours."""

    status = 500


class NotNow(_AtTheDoor, DomainError):
    """The database is away for a moment."""

    status = 503
    headers: ClassVar[Headers] = {"Retry-After": "2"}


class Error(BaseModel):
    """Why a request was refused."""

    code: str = Field(description="Which refusal it is, for programs.", examples=["PURCHASE_NOT_FOUND"])
    message: str = Field(description="The same for people, in their language.", examples=["There is no such purchase."])
    details: dict[str, Any] | None = Field(default=None, description="What the refusal is about, by name.")
    request_id: str = Field(
        description="Finds the request in our logs.", examples=["0197a3c4-0d2e-7b1a-9c55-1f2e3d4c5b6a"]
    )


# The first that fits counts.
_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    *((kind, 400) for kind in (NoIdempotencyKey, WrongIdempotencyKey, TwoIdempotencyKeys)),
    *((NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422), (Unrecognized, 401), (TooOften, 429)),
)
_OF_STATUS: dict[int, type[DomainError]] = {404: NoSuchAddress, 405: NoSuchMethod, 413: TooLong}


def status_of(kind: type[DomainError]) -> int:
    """Return the HTTP status of a kind of refusal."""
    if issubclass(kind, _AtTheDoor):
        return kind.status
    return next(status for family, status in _STATUS if issubclass(kind, family))


def code_of(kind: type[DomainError]) -> str:
    """Return the code of a refusal: NotTheOrganizer is NOT_THE_ORGANIZER."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).upper()


def answer_to(refusal: DomainError, request: Request, *, headers: Headers | None = None) -> JSONResponse:
    """Return the answer to a request that was refused."""
    body = Error(
        code=code_of(type(refusal)),
        message=say_refusal(language_of(request), refusal),
        details=_details(refusal.params) or None,
        request_id=request.state.request_id,
    )
    more = dict(refusal.headers) if isinstance(refusal, _AtTheDoor) else {}
    if isinstance(refusal, Unrecognized):
        more["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, TooOften):
        more["Retry-After"] = str(refusal.params["seconds"])
    if isinstance(refusal, SameKeyStillRunning):
        more["Retry-After"] = "1"
    return JSONResponse(body.model_dump(exclude_none=True), status_of(type(refusal)), {**more, **(headers or {})})


def handle_errors(app: FastAPI) -> None:
    """Let everything that an application raises be answered by the one body."""

    @app.exception_handler(DomainError)
    async def refused(request: Request, refusal: DomainError) -> JSONResponse:
        return answer_to(refusal, request)

    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer_to(_misshapen(error.errors()), request)

    @app.exception_handler(HTTPException)
    async def of_the_framework(request: Request, error: HTTPException) -> JSONResponse:
        kind = _OF_STATUS.get(error.status_code, MalformedRequest)
        headers = dict(error.headers or {})
        if kind is NoSuchMethod:
            headers["Allow"] = ", ".join(_allowed(app, request))
        return answer_to(kind(), request, headers=headers)


def language_of(request: Request) -> str:
    """Return the language of whoever is signed in, else the first of Accept-Language that we speak."""
    chosen: str | None = getattr(request.state, "language", None)
    if chosen is not None:
        return chosen
    wanted = _by_preference(request.headers.get("accept-language", ""))
    near = [choose_language(tag) for tag in wanted if tag.split("-")[0].lower() in LANGUAGES]
    return (near or [choose_language(tag) for tag in wanted[:1]] or [DEFAULT_LANGUAGE])[0]


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of an address: each is a route of its own, and the framework names only the first's."""
    routes = [route for route in app.routes if not isinstance(route, Mount)]
    return [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _by_preference(accept_language: str) -> list[str]:
    """Return the tags of an Accept-Language, the most wanted first (RFC 9110, 12.5.4)."""
    tags = []
    for part in accept_language.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        if tag:
            tags.append((tag, quality if quality[:1] in {"0", "1"} else "1"))
    return [tag for tag, quality in sorted(tags, key=lambda each: each[1], reverse=True) if quality.strip("0.")]


def _misshapen(errors: Sequence[Any]) -> DomainError:
    if any(error["type"] == "json_invalid" for error in errors):
        return MalformedRequest()
    if all(error["loc"][0] == "path" for error in errors):
        return NoSuchAddress()  # an id that is none names nothing
    fields = [
        {"field": ".".join(str(part) for part in error["loc"]), "problem": error["msg"][:DETAIL_LENGTH_MAX]}
        for error in errors[:20]
    ]
    return WrongShape(fields=fields)


def _details(params: dict[str, Any]) -> dict[str, Any]:
    """Return what a refusal is about as the API writes it: amounts are `..._cents`."""
    return {name.removesuffix("_minor") + "_cents" if name.endswith("_minor") else name: value
            for name, value in params.items()}  # fmt: skip
