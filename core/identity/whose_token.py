"""Who asks: the person behind a bearer token, in one round trip to the database, because every request asks it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, update

from core.db import Alone, Database
from core.errors import Forbidden
from core.identity.actor import Actor
from core.identity.models import PersonalToken, SessionRow, User
from core.identity.passwords import fingerprint
from core.identity.personal_tokens import PREFIX
from core.identity.tokens import TokenRefused, read_access_token
from core.ids import SessionId, TokenId, UserId
from core.secrets import Secrets

NOTED_EVERY = timedelta(minutes=10)  # when a personal token was used last, so that not every request writes
_NOW = bindparam("now", type_=PersonalToken.created_at.type)

_OF_SESSION = Alone(
    select(func.jsonb_build_array(User.name, User.language, User.time_zone))
    .join(SessionRow, SessionRow.user_id == User.id)
    .where(User.id == bindparam("user_id"), User.erased_at.is_(None))
    .where(SessionRow.id == bindparam("session_id")),  # which outlives its access tokens unless it was ended
    names=("user_id", "session_id"),
)
_FOUND = (
    select(PersonalToken, User.name.label("person"), User.language, User.time_zone)
    .join(User, (User.id == PersonalToken.user_id) & User.erased_at.is_(None))
    .where(PersonalToken.hash == bindparam("fingerprint"))
    .where(or_(PersonalToken.expires_at.is_(None), PersonalToken.expires_at > _NOW))
    .cte("found")
)
_NOTED = (
    update(PersonalToken)
    .where(PersonalToken.id == select(_FOUND.c.id).scalar_subquery())
    .where(or_(PersonalToken.last_used_at.is_(None), PersonalToken.last_used_at <= bindparam("noted_before")))
    .values(last_used_at=_NOW)
    .returning(PersonalToken.id)
    .cte("noted")
)
_OF_SCRIPT = Alone(
    select(
        func.jsonb_build_array(
            _FOUND.c.person, _FOUND.c.language, _FOUND.c.time_zone, _FOUND.c.user_id, _FOUND.c.id, _FOUND.c.expires_at
        )
    ).add_cte(_NOTED),
    names=("fingerprint", "now", "noted_before"),
)


class SignInFirst(Forbidden):
    """A script may not do this in place of the person: they have to sign in themselves."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who asks by the token of a session, or by a personal token; `expires_at` is when that counts no more."""

    actor: Actor
    session_id: SessionId | None = None
    token_id: TokenId | None = None
    expires_at: datetime | None = None

    def own_session(self) -> SessionId:
        """Return the session in which the person signed in themselves.

        :raises SignInFirst: if a personal token asks.
        """
        if self.session_id is None:
            raise SignInFirst
        return self.session_id


async def whose_token(db: Database, *, token: str, secrets: Secrets, now: datetime) -> Caller | None:
    """Return who asks by this bearer token, or None if it is nobody's (any more)."""
    if token.startswith(PREFIX):
        return await _whose_personal_token(db, token, now)
    try:
        access = read_access_token(token, secrets=secrets, now=now)
    except TokenRefused:
        return None
    asked = {"user_id": access.user_id, "session_id": access.session_id}
    person = await db.run_alone(_OF_SESSION, asked)
    if person is None:
        return None
    return Caller(Actor(access.user_id, *person), session_id=access.session_id, expires_at=access.expires_at)


async def _whose_personal_token(db: Database, token: str, now: datetime) -> Caller | None:
    asked = {"fingerprint": fingerprint(token), "now": now, "noted_before": now - NOTED_EVERY}
    row = await db.run_alone(_OF_SCRIPT, asked)
    if row is None:
        return None
    *person, user_id, token_id, expires_at = row
    actor = Actor(UserId(UUID(user_id)), *person)
    until = None if expires_at is None else datetime.fromisoformat(expires_at)
    return Caller(actor, token_id=TokenId(UUID(token_id)), expires_at=until)
