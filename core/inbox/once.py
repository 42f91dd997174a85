"""Handle a message that may come twice once."""

import contextlib
from collections.abc import AsyncIterator, Collection

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.inbox.models import InboxRow

# As text, because it stands before everything that happens, and SQLAlchemy's insert costs more than the database.
ADD = text("""
INSERT INTO messaging.inbox (source, message_id) VALUES (:source, :message_id) ON CONFLICT DO NOTHING RETURNING true
""")


@contextlib.asynccontextmanager
async def once(db: Database, source: str, message_id: str) -> AsyncIterator[AsyncSession | None]:
    """Open a transaction that commits at most once for this message of this source.

    Yields the session the first time and None for a repeat. A repeat that comes while the first is still running
    waits for it on the unique index, and takes over if the first one rolls back.
    """
    async with db.transaction() as session:
        is_new = await session.scalar(ADD, {"source": source, "message_id": message_id})
        yield session if is_new else None


async def once_each(session: AsyncSession, source: str, message_ids: Collection[str]) -> set[str]:
    """Return which of these messages this source has not handled yet, and remember that it handles them now.

    They are handled in this very transaction, or not at all. Two who hold the same ones wait for each other in order.
    """
    rows = [{"source": source, "message_id": message_id} for message_id in sorted(message_ids)]
    added = insert(InboxRow).on_conflict_do_nothing().returning(InboxRow.message_id)
    return set(await session.scalars(added, rows))
