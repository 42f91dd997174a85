"""Access tokens: JSON Web Tokens that say for a quarter of an hour who asks (pure but for the file of keys)."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import jwt

from core.ids import SessionId, UserId
from core.secrets import Secrets

NAME = "jwt"  # of the key among the secrets
LIVES = timedelta(minutes=15)
CLOCK_SKEW = timedelta(seconds=30)  # between the copies of the product
LENGTH_MAX = 2048
_ALGORITHM = "HS256"
_TYPE = "at+jwt"  # RFC 9068, so that no other kind of JWT is ever taken for one of these
_ISSUER = "syncbuy"
_AUDIENCE = "syncbuy-api"
_CLAIMS = ("iss", "aud", "sub", "sid", "iat", "nbf", "exp")


class TokenRefused(ValueError):
    """The token is none of ours, or not valid now."""


class Access(NamedTuple):
    """What an access token says."""

    user_id: UserId
    session_id: SessionId
    expires_at: datetime


def issue_access_token(*, user_id: UserId, session_id: SessionId, secrets: Secrets, now: datetime) -> str:
    """Return a token that `read_access_token` believes for `LIVES`."""
    key = secrets.newest(NAME, now)
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id),
        "iat": now,
        "nbf": now,
        "exp": now + LIVES,
    }
    return jwt.encode(claims, key.value, algorithm=_ALGORITHM, headers={"kid": key.kid, "typ": _TYPE})


def read_access_token(token: str, *, secrets: Secrets, now: datetime) -> Access:
    """Return what a token of ours says; whether its session goes on is for the database to say.

    The key is one of our own by its id, and the algorithm is fixed: nothing in the token chooses how it is verified.

    :raises TokenRefused: if it is anything else than `issue_access_token` wrote in the last quarter of an hour.
    """
    if len(token) > LENGTH_MAX or not token.isascii():
        raise TokenRefused
    try:
        claims = _verified(token, secrets, now)
        issued, not_before, until = (_seconds(claims[name]) for name in ("iat", "nbf", "exp"))
        user_id, session_id = UserId(UUID(claims["sub"])), SessionId(UUID(claims["sid"]))
        expires_at = datetime.fromtimestamp(until, UTC)
    except (jwt.PyJWTError, ValueError, AttributeError, TypeError, OverflowError, OSError):
        raise TokenRefused from None
    present, skew = int(now.timestamp()), int(CLOCK_SKEW.total_seconds())
    if max(issued, not_before) > present + skew or until <= present:
        raise TokenRefused
    return Access(user_id, session_id, expires_at)


def _verified(token: str, secrets: Secrets, now: datetime) -> dict[str, Any]:
    header = jwt.get_unverified_header(token)
    key = next((key for key in secrets.active(NAME, now) if key.kid == header.get("kid")), None)
    if key is None or header.get("typ") != _TYPE:
        raise TokenRefused
    return jwt.decode(
        token,
        key.value,
        algorithms=[_ALGORITHM],
        audience=_AUDIENCE,
        issuer=_ISSUER,
        # The times are compared with the caller's clock, below.
        options={"require": list(_CLAIMS), "strict_aud": True, "verify_exp": False, "verify_nbf": False,
                 "verify_iat": False},
    )  # fmt: skip


def _seconds(value: object) -> int:
    if not isinstance(value, int):
        raise TokenRefused
    return value
