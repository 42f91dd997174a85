"""How long the outbox lets events wait."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.outbox.models import OutboxRow


async def oldest_event_age(session: AsyncSession) -> timedelta:
    """Return the age of the event that waits longest to be published, by the database's clock; zero if none waits."""
    oldest = select(func.clock_timestamp() - OutboxRow.created_at).order_by(OutboxRow.id).limit(1)
    return await session.scalar(oldest) or timedelta(0)
