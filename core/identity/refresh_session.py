"""A client stays signed in: its refresh token is exchanged for the next one."""

import hmac
import secrets as random
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import Unrecognized
from core.identity.models import SessionRow
from core.identity.passwords import fingerprint
from core.identity.sessions import IDLE_MAX, PREFIX, SEPARATOR, SignedIn, next_secret, signed_in, was_given
from core.ids import SessionId, lengthen
from core.secrets import Secrets

AGAIN_WITHIN = timedelta(seconds=10)
LENGTH_MAX = 128

log = structlog.get_logger()


class RefreshRefused(Unrecognized):
    """The session has ended, or this is not its newest refresh token."""


async def refresh_session(db: Database, *, refresh_token: str, secrets: Secrets, now: datetime) -> SignedIn:
    """Return the next tokens of a session.

    Who asks again with the same token, because the answer was lost or two windows asked at once, gets the same next
    one for a few seconds, unless that was used meanwhile. An older token means that two clients have it: the session
    ends for both, which must be committed though it is refused. What we never gave means nothing, and ends nothing.

    :raises RefreshRefused: if the token is none, or too old, or the session has ended.
    """
    session_id, secret, mark = _parts(refresh_token)
    async with db.transaction() as session:
        alive = (SessionRow.id == session_id) & (SessionRow.expires_at > now)
        row = await session.scalar(select(SessionRow).where(alive).with_for_update())
        following = None if row is None else _following(row, secret, now)
        if row is not None and following is not None:
            return await signed_in(session, row, following, secrets=secrets, now=now)
        if row is not None and was_given(row.id, secret, mark, secrets=secrets, now=now):
            await _end(session, row)
    raise RefreshRefused


def _parts(refresh_token: str) -> tuple[SessionId, str, str]:
    if len(refresh_token) > LENGTH_MAX or not refresh_token.isascii():
        raise RefreshRefused
    try:
        short, secret, mark = refresh_token.removeprefix(PREFIX).split(SEPARATOR)
        return SessionId(lengthen(short)), secret, mark
    except ValueError:
        raise RefreshRefused from None


def _following(row: SessionRow, secret: str, now: datetime) -> str | None:
    """Return the secret that follows this one, and note in the row that it does; None if it may not be followed."""
    given = fingerprint(secret)
    if hmac.compare_digest(given, row.secret_hash):
        nonce = random.token_bytes(32)
        following = next_secret(secret, nonce)
        row.previous_hash, row.nonce, row.secret_hash = given, nonce, fingerprint(following)
        row.refreshed_at, row.expires_at = now, now + IDLE_MAX
        return following
    if row.previous_hash is None or row.nonce is None or now - row.refreshed_at > AGAIN_WITHIN:
        return None
    return next_secret(secret, row.nonce) if hmac.compare_digest(given, row.previous_hash) else None


async def _end(session: AsyncSession, row: SessionRow) -> None:
    log.warning("refresh-token-reused", user_id=str(row.user_id), session_id=str(row.id))
    await session.delete(row)
