"""Which sessions and personal tokens go on, for connections that outlive the request that opened them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CompoundSelect, Uuid, any_, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import PersonalToken, SessionRow


async def still_signed_in(session: AsyncSession, credentials: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Return those of these sessions and personal tokens that count now."""
    # One array, for a list would be a parameter each, of which a statement has 32,767 at most.
    is_asked = any_(literal(list(credentials), ARRAY(Uuid())))
    goes_on = (SessionRow.id == is_asked) & (SessionRow.expires_at > now)
    counts = (PersonalToken.id == is_asked) & (PersonalToken.expires_at.is_(None) | (PersonalToken.expires_at > now))
    found: CompoundSelect[Any] = union_all(select(SessionRow.id).where(goes_on), select(PersonalToken.id).where(counts))
    return set(await session.scalars(found))
