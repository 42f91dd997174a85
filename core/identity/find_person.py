"""Find whom a name means: an @name of Telegram, even before the bot has met them, or a name to sign in by."""

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, Invalid
from core.identity.models import Identity, Password, Provider, Reach, User
from core.identity.passwords import name_key
from core.identity.people import PersonNotFound

USERNAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")


class NotAUsername(Invalid):
    """This is not how a Telegram username is written."""


class NameOfTwo(Conflict):
    """One person has this username in Telegram, and another signs in by this name."""


async def find_named(session: AsyncSession, *, name: str, language: str, time_zone: str, now: datetime) -> User:
    """Return the person whom a name means that somebody typed where people sign in with and without Telegram.

    With an "@" it is a Telegram username and nothing else, as in `find_person`. Without one it is the name that
    somebody signs in by; if nobody does and it can be a Telegram username, it is that. Telegram vouches for usernames,
    but anybody may choose any name to sign in by, and anybody there may take a username that is somebody's name here.
    So where the two are two people nobody is picked: what is meant for one never goes to the other.

    :raises NotAUsername: if it begins with "@" and cannot be a username.
    :raises NameOfTwo: if it is one person's username and another's name.
    :raises PersonNotFound: if nobody signs in by it and it cannot be a username.
    """
    is_username, match = name.startswith("@"), USERNAME.fullmatch(name)
    by_name = select(User).join(Password, Password.user_id == User.id).where(Password.name_key == name_key(name))
    here = None if is_username else await session.scalar(by_name)
    if here is None:
        if match is None and not is_username:
            raise PersonNotFound
        return await find_person(session, username=name, language=language, time_zone=time_zone, now=now)
    there = None if match is None else await _bearer(session, match[1].lower())
    if there is not None and there.id != here.id:
        raise NameOfTwo(name=name)
    return here


async def find_person(session: AsyncSession, *, username: str, language: str, time_zone: str, now: datetime) -> User:
    """Return the person with this Telegram username, or a placeholder that their first contact will claim.

    :raises NotAUsername: if `username` cannot be one.
    """
    match = USERNAME.fullmatch(username)
    if match is None:
        raise NotAUsername(username=username[:40])
    name = match[1].lower()
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"username:{name}", 0))))
    known = await _bearer(session, name)
    if known is not None:
        return known
    placeholder = User(name=f"@{match[1]}", language=language, time_zone=time_zone, created_at=now)
    session.add(placeholder)
    await session.flush()
    session.add(
        Identity(
            provider=Provider.USERNAME,
            subject=name,
            user_id=placeholder.id,
            username=match[1],
            reach=Reach.NOT_STARTED,
            created_at=now,
        )
    )
    return placeholder


async def _bearer(session: AsyncSession, name: str) -> User | None:
    """Return who has a Telegram username, in lower case, as far as we know: whoever was seen with it last."""
    bearer = func.lower(Identity.username) == name
    latest_first = select(User).join(Identity, Identity.user_id == User.id).where(bearer)
    return await session.scalar(latest_first.order_by(Identity.created_at.desc()).limit(1))
