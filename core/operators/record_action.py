"""Record that an operator did something, and read what was done."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.operators.models import OperatorAction


def record_action(session: AsyncSession, *, operator: str, action: str, subject: str, now: datetime) -> None:
    """Write down who does what to which thing; it stands if and only if this transaction commits."""
    session.add(OperatorAction(at=now, operator=operator, action=action, subject=subject))


async def find_actions(session: AsyncSession, *, operator: str | None = None, limit: int) -> list[OperatorAction]:
    """Return what operators did, or one of them, the newest first."""
    found = select(OperatorAction).order_by(OperatorAction.id.desc()).limit(limit)
    if operator is not None:
        found = found.where(OperatorAction.operator == operator)
    return list(await session.scalars(found))
