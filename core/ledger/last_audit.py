"""What the last check of the book found, for whoever watches over it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.audit import Violation
from core.ledger.models import Audit

VIOLATIONS_KEPT_MAX = 100
KEPT_FOR = timedelta(days=30)


async def last_audit(session: AsyncSession) -> Audit | None:
    """Return when the book was last checked and how many violations there were; None before the first time."""
    return await session.scalar(select(Audit).order_by(Audit.id.desc()).limit(1))


async def was_audited_within(session: AsyncSession, span: timedelta) -> bool:
    """Return whether somebody has checked the book so recently, by the database's clock."""
    recent = select(Audit.id).where(Audit.audited_at > func.clock_timestamp() - span).limit(1)
    return await session.scalar(recent) is not None


async def record_audit(session: AsyncSession, violations: Sequence[Violation]) -> None:
    """Write down what a check found; what is older than a month is forgotten.

    A row of its own each time: two that check at once need not wait for each other.
    """
    kept = [asdict(violation) for violation in violations[:VIOLATIONS_KEPT_MAX]]
    session.add(Audit(violations=len(violations), details={"violations": kept}))
    await session.execute(delete(Audit).where(Audit.audited_at < func.clock_timestamp() - KEPT_FOR))
