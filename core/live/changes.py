"""Read what changed: everything new at once for a process, or what one person has missed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from core.ids import PurchaseId, UserId
from core.live.models import Change, Kind

KEPT = timedelta(days=1)
Reading = AsyncConnection | AsyncSession
AT_ONCE = 500
# Whoever has missed more loads everything anew: of everybody's changes, which are looked through, and of their own.
BEHIND_MAX = 10_000
MISSED_MAX = 1_000


class Seen(NamedTuple):
    """A change as it is read; with who may see it, where it is read for everybody."""

    id: int
    kind: str
    event: str
    object_id: UUID
    purchase_id: PurchaseId | None
    data: dict[str, object]
    happened_at: datetime
    readers: Sequence[UserId] = ()


_FOR_ALL = [getattr(Change, name) for name in Seen._fields]
_FOR_ONE = [column for column in _FOR_ALL if column is not Change.readers]


async def newest_change(read: Reading) -> int:
    """Return the id of the newest change; 0 if there is none."""
    return await read.scalar(select(func.max(Change.id))) or 0


async def changes_after(read: Reading, after: int) -> list[Seen]:
    """Return the next changes for whomever, up to `AT_ONCE` of them, in their order."""
    found = await read.execute(select(*_FOR_ALL).where(Change.id > after).order_by(Change.id).limit(AT_ONCE))
    return [Seen(*row) for row in found]


async def missed_changes(
    session: AsyncSession, *, user_id: UserId, after: int, until: int, kinds: Collection[Kind], now: datetime
) -> list[Seen] | None:
    """Return what a person who has seen everything up to `after` has missed up to `until`, in its order.

    None if that is not known any more, was never so, or is too much: then everything is to be loaded anew.
    """
    if after > until or until - after > BEHIND_MAX:
        return None
    # Of what was written after a row that is kept, everything is kept.
    last_seen = select(Change.recorded_at).where(Change.id <= after).order_by(Change.id.desc()).limit(1)
    recorded_at = await session.scalar(last_seen)
    if recorded_at is None or recorded_at <= now - KEPT:
        return None
    missed = Change.id.between(after + 1, until) & Change.readers.contains([user_id]) & Change.kind.in_(kinds)
    found = await session.execute(select(*_FOR_ONE).where(missed).order_by(Change.id).limit(MISSED_MAX + 1))
    rows = found.all()
    return [Seen(*row) for row in rows] if len(rows) <= MISSED_MAX else None
