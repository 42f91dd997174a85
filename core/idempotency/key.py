"""Whose request a key belongs to, and how it is read from the headers of HTTP."""

import re

from core.errors import Invalid

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class NoIdempotencyKey(Invalid):
    """A request that creates something has no key by which its repeat could be known."""


class WrongIdempotencyKey(Invalid):
    """A key is not 16 to 64 letters, digits, `-` or `_`."""


class TwoIdempotencyKeys(Invalid):
    """Both headers are there, and they say two things."""


def read_key(*, idempotence_key: str | None, idempotency_key: str | None) -> str:
    """Return the key that the headers Idempotence-Key or Idempotency-Key give; the latter may be quoted.

    :raises NoIdempotencyKey: if there is neither.
    :raises TwoIdempotencyKeys: if there are both, and they differ.
    :raises WrongIdempotencyKey: if it is none.
    """
    given = {_unquoted(written.strip()) for written in (idempotence_key, idempotency_key) if written is not None}
    if not given:
        raise NoIdempotencyKey
    if len(given) > 1:
        raise TwoIdempotencyKeys
    (key,) = given
    if not _KEY.fullmatch(key):
        raise WrongIdempotencyKey
    return key


def scope_of(*, principal: str, method: str, route: str) -> str:
    """Return within what a key is one: `principal` is who asks, `route` the template of the address, as "/orders/{id}".

    Nobody's key can meet another's, because neither a principal nor a method contains a space.
    """
    assert principal
    assert not set(principal + method) & set(" \t\n")
    return f"{principal} {method.upper()} {route}"


def _unquoted(written: str) -> str:
    is_quoted = len(written) > 1 and written[0] == written[-1] == '"'
    return written[1:-1] if is_quoted else written
