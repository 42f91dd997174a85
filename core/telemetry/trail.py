"""The trail of an action: one id from the message that came in, through every event, to what was told because of it.

Log lines have it as `correlation_id`; rows that somebody else goes on with have it in their `headers`.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from structlog.contextvars import bound_contextvars

from core.ids import new_id
from core.telemetry import tracing

CORRELATION_ID = "correlation_id"
Headers = Mapping[str, Any]

_NOTHING: Headers = {}
_WRITTEN_BY_US_OR_LIKE_US = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_trail: ContextVar[Headers] = ContextVar("trail", default=_NOTHING)
_of_batch: ContextVar[Mapping[UUID, Headers]] = ContextVar("of_batch", default={})  # noqa: B039 -- never changed


@contextlib.contextmanager
def entering(door: str, *, correlation_id: str | None = None, **ids: object) -> Iterator[str]:
    """Begin a trail at a door of the product, with whatever else is known by name there, and yield its id.

    A `correlation_id` that somebody gives us counts if it looks like one.
    """
    given = correlation_id or ""
    identity = given if _WRITTEN_BY_US_OR_LIKE_US.fullmatch(given) else str(new_id())
    with _walking(identity, ids), tracing.span(door, {}, {CORRELATION_ID: identity, **ids}):
        yield identity


@contextlib.contextmanager
def following(step: str, headers: Headers, **ids: object) -> Iterator[None]:
    """Go on with the trail that `headers` carry; where they carry none, a new one begins."""
    identity = str(headers.get(CORRELATION_ID) or new_id())
    with _walking(identity, ids), tracing.span(step, headers, {CORRELATION_ID: identity, **ids}):
        yield


@contextlib.contextmanager
def following_each(headers: Mapping[UUID, Headers]) -> Iterator[None]:
    """Go on with several trails at once: what is carried about one of these ids follows that one's trail."""
    token = _of_batch.set(headers)
    try:
        yield
    finally:
        _of_batch.reset(token)


def carried(*about: UUID) -> dict[str, Any]:
    """Return the headers for whoever goes on with this action; `about` finds the trail in a batch of several."""
    of_batch = _of_batch.get()
    for identity in about:
        if identity in of_batch:
            return dict(of_batch[identity])
    return {**_trail.get(), **tracing.here()}


@contextlib.contextmanager
def _walking(identity: str, ids: Mapping[str, object]) -> Iterator[None]:
    token = _trail.set({CORRELATION_ID: identity})
    try:
        with bound_contextvars(**{CORRELATION_ID: identity, **ids}):
            yield
    finally:
        _trail.reset(token)
