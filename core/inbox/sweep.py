"""Forget what is long done: messages that no repeat can ask for any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.inbox.models import InboxRow

KEEP_INBOX = timedelta(days=30)  # longer than anything can still come again


async def sweep(session: AsyncSession, *, now: datetime) -> None:
    """Delete inbox rows that no repeat can ask for any more."""
    await session.execute(delete(InboxRow).where(InboxRow.handled_at < now - KEEP_INBOX))
