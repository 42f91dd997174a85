"""Sessions: one for each client that is signed in, and which of them a person has."""

import hmac
import secrets as random
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.identity.clean import clean
from core.identity.models import SessionRow, User
from core.identity.passwords import fingerprint
from core.identity.tokens import LIVES, issue_access_token
from core.ids import SessionId, UserId, new_id, shorten
from core.secrets import Secret, Secrets

IDLE_MAX = timedelta(days=30)  # a session that nobody refreshes for so long is over
CLIENT_LENGTH_MAX = 200
KEY = "refresh"  # of the secrets: by it refresh tokens that we gave are told from made-up ones
PREFIX = "sb_rt_"
SEPARATOR = "."


class SessionNotFound(NotFound):
    """The person has no such session."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a client gets: a token to ask with, and one to get the next pair by."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: timedelta = LIVES


async def start_session(
    session: AsyncSession, *, user_id: UserId, client: str, secrets: Secrets, now: datetime
) -> SignedIn:
    """Sign a person in; the caller has made sure that it is they. `client` is what the program calls itself."""
    secret = random.token_urlsafe(32)
    row = SessionRow(
        id=SessionId(new_id()),
        user_id=user_id,
        client=clean(client)[:CLIENT_LENGTH_MAX],
        secret_hash=fingerprint(secret),
        created_at=now,
        refreshed_at=now,
        expires_at=now + IDLE_MAX,
    )
    session.add(row)
    return await signed_in(session, row, secret, secrets=secrets, now=now)


async def signed_in(
    session: AsyncSession, row: SessionRow, secret: str, *, secrets: Secrets, now: datetime
) -> SignedIn:
    """Return the tokens of a session whose secret this is."""
    user = await session.get_one(User, row.user_id)
    access_token = issue_access_token(user_id=row.user_id, session_id=row.id, secrets=secrets, now=now)
    mark = _mark(row.id, secret, key=secrets.newest(KEY, now))
    return SignedIn(user, access_token, PREFIX + SEPARATOR.join((shorten(row.id), secret, mark)))


def was_given(session_id: SessionId, secret: str, mark: str, *, secrets: Secrets, now: datetime) -> bool:
    """Return whether a refresh token of this session ever had this secret: its (ASCII) mark is ours."""
    marks = [_mark(session_id, secret, key=key) for key in secrets.active(KEY, now)]
    return any(hmac.compare_digest(mark, ours) for ours in marks)


def next_secret(secret: str, nonce: bytes) -> str:
    """Return the secret that follows; who knows only one of both, learns nothing of it."""
    return _written(hmac.digest(nonce, secret.encode(), "sha256"))


async def sessions_of(
    session: AsyncSession, *, user_id: UserId, limit: int, offset: int = 0, now: datetime
) -> tuple[list[SessionRow], int]:
    """Return a page of where a person is signed in, the newest first, and in how many places in all."""
    own = (SessionRow.user_id == user_id) & (SessionRow.expires_at > now)
    page = select(SessionRow).where(own).order_by(SessionRow.id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(SessionRow).where(own))
    return list(await session.scalars(page)), total or 0


async def end_session(session: AsyncSession, *, actor: Actor, session_id: SessionId) -> None:
    """Sign the actor out of one client; its tokens count no more from the next request on.

    :raises SessionNotFound: if it is none of theirs, or over.
    """
    own = (SessionRow.id == session_id) & (SessionRow.user_id == actor.user_id)
    if (await session.scalars(delete(SessionRow).where(own).returning(SessionRow.id))).one_or_none() is None:
        raise SessionNotFound


async def end_sessions(session: AsyncSession, *, user_id: UserId, but: SessionId | None = None) -> int:
    """Sign a person out everywhere, except in one place, and return how many sessions that ended."""
    own = (SessionRow.user_id == user_id) & SessionRow.id.is_distinct_from(but)
    return len((await session.scalars(delete(SessionRow).where(own).returning(SessionRow.id))).all())


def _mark(session_id: SessionId, secret: str, *, key: Secret) -> str:
    return _written(hmac.digest(key.value.encode(), f"{session_id} {secret}".encode(), "sha256")[:16])


def _written(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
