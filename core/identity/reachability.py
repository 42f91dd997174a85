"""Whether a person can be written to in private, and how to address them."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import Identity, Provider, Reach, User
from core.identity.people import called
from core.ids import UserId


@dataclass(frozen=True, slots=True)
class Address:
    """Where, when and in which language a person is written to."""

    user_id: UserId
    name: str
    language: str
    time_zone: str
    quiet_from: time
    quiet_until: time
    telegram_id: int | None
    reach: str


async def address_of(session: AsyncSession, user_id: UserId) -> Address:
    """Return how to write to a person; `telegram_id` is None for somebody the bot has never met."""
    of_telegram = (Identity.user_id == User.id) & (Identity.provider == Provider.TELEGRAM)
    found = await session.execute(select(User, Identity).outerjoin(Identity, of_telegram).where(User.id == user_id))
    user, identity = found.one()
    telegram_id = None if identity is None else int(identity.subject)
    reach = Reach.NOT_STARTED if identity is None else identity.reach
    return Address(
        user_id=user.id,
        name=called(user, user.language),
        language=user.language,
        time_zone=user.time_zone,
        quiet_from=user.quiet_from,
        quiet_until=user.quiet_until,
        telegram_id=telegram_id,
        reach=reach,
    )


async def may_open_chat(session: AsyncSession, user_id: UserId) -> bool:
    """Return whether a person is in Telegram, or was invited by their name there; who was erased is in it no more."""
    identity = select(Identity.user_id).where(Identity.user_id == user_id).limit(1)
    return await session.scalar(identity) is not None


async def mark_reach(session: AsyncSession, *, user_id: UserId, reach: Reach) -> None:
    """Record what Telegram answered when the bot wrote to this person, or what the person did to the bot."""
    of_telegram = (Identity.user_id == user_id) & (Identity.provider == Provider.TELEGRAM)
    await session.execute(update(Identity).where(of_telegram).values(reach=reach))
