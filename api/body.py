"""The body of a request: all of it, in time, and JSON that every part of us can write again."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import MalformedRequest, TooSlow

BODY_SECONDS = 10  # for the body to arrive


class Route(APIRoute):
    """A route whose body is read and looked at before anything else happens."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request of this route."""
        handle = super().get_route_handler()

        async def with_body(request: Request) -> Response:
            await read_body(request)
            return await handle(request)

        return with_body


async def read_bytes(request: Request, *, seconds: int = BODY_SECONDS) -> bytes:
    """Return the body of a request as it is.

    :raises TooSlow: if it does not arrive in time.
    """
    try:
        async with asyncio.timeout(seconds):
            return await request.body()
    except TimeoutError:
        raise TooSlow from None


async def read_body(request: Request) -> Any:
    """Return what the body of a request says, None if there is none; reading it again costs nothing but time.

    :raises TooSlow: if it does not arrive in time.
    :raises MalformedRequest: if it is no JSON, or so deep that nobody can write it again; half of a surrogate pair and
        NaN are none either.
    """
    raw = await read_bytes(request)
    try:
        said = orjson.loads(raw) if raw else None
        orjson.dumps([said])  # as deep as it is where a request is known again by it
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise MalformedRequest from None
    return said
