"""Personal tokens: a person's scripts act for them, until they say otherwise."""

import secrets
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, Invalid, NotFound
from core.identity.actor import Actor
from core.identity.clean import clean
from core.identity.models import PersonalToken
from core.identity.passwords import TYPED_LENGTH_MAX, fingerprint
from core.identity.people import hold_person
from core.ids import TokenId, UserId, new_id

PREFIX = "sb_pat_"
SHOWN_LENGTH = len(PREFIX) + 4
NAME_LENGTH_MAX = 50
COUNT_MAX = 50


class WrongTokenName(Invalid):
    """The name of a token has 1 to 50 characters."""


class TokenExpiresInThePast(Invalid):
    """A token that is to count has its end before it."""


class TooManyTokens(Conflict):
    """A person has no more than 50 tokens."""


class TokenNotFound(NotFound):
    """The person has no such token."""


async def create_token(
    session: AsyncSession, *, actor: Actor, name: str, expires_at: datetime | None, now: datetime
) -> tuple[PersonalToken, str]:
    """Return a new token of the actor's and its text, which nobody can show again. Who may ask is for the edge to say.

    :raises WrongTokenName, TokenExpiresInThePast: if it cannot be called so, or would never count.
    :raises TooManyTokens: if there are too many.
    """
    called = "" if len(name) > TYPED_LENGTH_MAX else clean(name)
    if not 1 <= len(called) <= NAME_LENGTH_MAX:
        raise WrongTokenName(length_max=NAME_LENGTH_MAX)
    if expires_at is not None and expires_at <= now:
        raise TokenExpiresInThePast
    await hold_person(session, actor.user_id)
    own = select(func.count()).select_from(PersonalToken).where(PersonalToken.user_id == actor.user_id)
    if (await session.scalar(own) or 0) >= COUNT_MAX:
        raise TooManyTokens(count_max=COUNT_MAX)
    text = PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken(
        id=TokenId(new_id()),
        user_id=actor.user_id,
        name=called,
        prefix=text[:SHOWN_LENGTH],
        hash=fingerprint(text),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    return token, text


async def tokens_of(session: AsyncSession, user_id: UserId) -> list[PersonalToken]:
    """Return a person's tokens, the newest first."""
    own = select(PersonalToken).where(PersonalToken.user_id == user_id).order_by(PersonalToken.id.desc())
    return list(await session.scalars(own))


async def revoke_token(session: AsyncSession, *, actor: Actor, token_id: TokenId) -> None:
    """Let a token of the actor's count no more.

    :raises TokenNotFound: if there is none.
    """
    own = (PersonalToken.id == token_id) & (PersonalToken.user_id == actor.user_id)
    if (await session.scalars(delete(PersonalToken).where(own).returning(PersonalToken.id))).one_or_none() is None:
        raise TokenNotFound
