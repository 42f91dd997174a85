"""Who asks: the person behind a bearer token, asked of the database once for each request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Forbidden
from core.identity.actor import Actor
from core.identity.models import PersonalToken, SessionRow, User
from core.identity.passwords import fingerprint
from core.identity.personal_tokens import PREFIX
from core.identity.tokens import TokenRefused, read_access_token
from core.ids import SessionId, TokenId
from core.secrets import Secrets

NOTED_EVERY = timedelta(minutes=10)  # so that reading does not write each time


class SignInFirst(Forbidden):
    """A script may not do this in place of the person: they have to sign in themselves."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who asks by a token: by that of a session, or by a personal token of theirs."""

    actor: Actor
    session_id: SessionId | None = None
    token_id: TokenId | None = None

    def own_session(self) -> SessionId:
        """Return the session in which the person signed in themselves.

        :raises SignInFirst: if a personal token asks.
        """
        if self.session_id is None:
            raise SignInFirst
        return self.session_id


async def whose_token(session: AsyncSession, *, token: str, secrets: Secrets, now: datetime) -> Caller:
    """Return who asks by this bearer token.

    :raises TokenRefused: if it is none of ours, too old, or its session has ended.
    """
    if token.startswith(PREFIX):
        return await _by_personal_token(session, token, now)
    access = read_access_token(token, secrets=secrets, now=now)
    alive = (SessionRow.id == access.session_id) & (SessionRow.user_id == User.id) & (SessionRow.expires_at > now)
    known = (User.id == access.user_id) & User.erased_at.is_(None)
    user = await session.scalar(select(User).join(SessionRow, alive).where(known))
    if user is None:
        raise TokenRefused
    return Caller(_actor(user), session_id=access.session_id)


async def _by_personal_token(session: AsyncSession, token: str, now: datetime) -> Caller:
    counts = User.erased_at.is_(None) & (PersonalToken.expires_at.is_(None) | (PersonalToken.expires_at > now))
    found = select(User, PersonalToken).join(PersonalToken, PersonalToken.user_id == User.id)
    row = (await session.execute(found.where(PersonalToken.hash == fingerprint(token), counts))).one_or_none()
    if row is None:
        raise TokenRefused
    user, personal = row
    if personal.last_used_at is None or now - personal.last_used_at >= NOTED_EVERY:
        noted = update(PersonalToken).where(PersonalToken.id == personal.id).values(last_used_at=now)
        await session.execute(noted.execution_options(synchronize_session=False))
    return Caller(_actor(user), token_id=personal.id)


def _actor(user: User) -> Actor:
    return Actor(user.id, user.name, user.language, user.time_zone)
