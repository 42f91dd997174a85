"""Collect one person's part in all their purchases."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.ids import UserId
from core.purchases.models import Participant
from core.reports.document import Statement
from core.reports.purchase_report import purchase_report


async def person_statement(
    session: AsyncSession, *, user_id: UserId, since: datetime | None, language: str, now: datetime
) -> Statement:
    """Return one person's part in every purchase that they take or took part in."""
    person = await session.get_one(User, user_id)
    own = select(Participant.purchase_id).where(Participant.user_id == user_id).order_by(Participant.purchase_id)
    purchases = []
    for purchase_id in await session.scalars(own):
        report = await purchase_report(session, purchase_id=purchase_id, reader_id=user_id, language=language, now=now)
        part = report.of_person(user_id, since)
        if not part.is_empty:
            purchases.append(part)
    return Statement(now, person.time_zone, user_id, person.name, since, tuple(purchases))
