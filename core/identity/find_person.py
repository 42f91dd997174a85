"""Find whom an @name means, even before the bot has met them."""

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.models import Identity, Provider, Reach, User

USERNAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")


class NotAUsername(Invalid):
    """This is not how a Telegram username is written."""


async def find_person(session: AsyncSession, *, username: str, language: str, time_zone: str, now: datetime) -> User:
    """Return the person with this Telegram username, or a placeholder that their first contact will claim.

    :raises NotAUsername: if `username` cannot be one.
    """
    match = USERNAME.fullmatch(username)
    if match is None:
        raise NotAUsername(username=username[:40])
    name = match[1].lower()
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"username:{name}", 0))))
    bearer = func.lower(Identity.username) == name
    latest_first = select(User).join(Identity, Identity.user_id == User.id).where(bearer)
    known = await session.scalar(latest_first.order_by(Identity.created_at.desc()).limit(1))
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
