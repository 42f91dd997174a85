"""Read transfers with the names of their accounts and what their journal says: those of some keys, or all of them."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.ledger.models import Account, Journal, Transfer

AT_ONCE = 1000  # rows that are in memory while all of them are read


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One leg of a journal, in words: nothing in it needs another table to be understood."""

    transfer_id: int
    journal_key: str
    kind: str
    leg: int
    debit: str
    credit: str
    currency: str
    amount_minor: int
    event_at: datetime
    created_at: datetime
    meta: dict[str, Any]


async def transfers_of(session: AsyncSession, journal_keys: Collection[str]) -> list[TransferLine]:
    """Return the transfers of the journals with these keys, as far as they exist, the oldest first."""
    rows = await session.execute(_lines().where(Journal.key.in_(journal_keys)))
    return [TransferLine(*row) for row in rows]


async def all_transfers(
    session: AsyncSession, *, since: datetime | None = None, until: datetime | None = None
) -> AsyncIterator[TransferLine]:
    """Yield every transfer that happened from `since` on and before `until`, the oldest first, some at a time."""
    wanted = _lines()
    if since is not None:
        wanted = wanted.where(Journal.event_at >= since)
    if until is not None:
        wanted = wanted.where(Journal.event_at < until)
    rows = await session.stream(wanted.execution_options(yield_per=AT_ONCE))
    async for row in rows:
        yield TransferLine(*row)


def _lines() -> Select[*tuple[Any, ...]]:
    debit, credit = aliased(Account), aliased(Account)
    found: Select[*tuple[Any, ...]] = (
        select(  # in the order of the fields
            Transfer.id,
            Journal.key,
            Journal.kind,
            Transfer.leg,
            debit.name,
            credit.name,
            Transfer.currency,
            Transfer.amount,
            Journal.event_at,
            Journal.created_at,
            Journal.meta,
        )
        .join(Journal, Journal.id == Transfer.journal_id)
        .join(debit, debit.id == Transfer.debit_id)
        .join(credit, credit.id == Transfer.credit_id)
    )
    return found.order_by(Transfer.id)
