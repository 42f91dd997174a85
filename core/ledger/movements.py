"""Read accounts of every kind, and how each came to what it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.ledger.chart import Side
from core.ledger.models import Account, Entry, Journal, Transfer


class AccountNotFound(NotFound):
    """The book has no account of this name."""


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of an account: what came (positive) or went (negative), and what was there after it."""

    version: int
    at: datetime
    kind: str
    change_minor: int
    balance_minor: int
    journal_key: str
    meta: dict[str, Any]


async def movements(session: AsyncSession, account: str, *, limit: int, before: int | None = None) -> list[Line]:
    """Return the movements of the account of this name with its running balance, the newest first.

    With `before` they begin below that version.
    """
    # Not only a join: PostgreSQL would read and sort every entry of the account for the first page of it.
    account_id = select(Account.id).where(Account.name == account).scalar_subquery()
    lines = (
        select(Entry, Journal, Account.normal_side)
        .join(Account, Account.id == Entry.account_id)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .join(Journal, Journal.id == Transfer.journal_id)
        .where(Entry.account_id == account_id)
    )
    if before is not None:
        lines = lines.where(Entry.version < before)
    rows = await session.execute(lines.order_by(Entry.version.desc()).limit(limit))
    return [_line(entry, journal, Side(normal_side)) for entry, journal, normal_side in rows]


async def account_named(session: AsyncSession, name: str) -> Account:
    """Return the account of this name.

    :raises AccountNotFound: if there is none.
    """
    account = await session.scalar(select(Account).where(Account.name == name))
    if account is None:
        raise AccountNotFound(name=name[:200])
    return account


async def find_accounts(
    session: AsyncSession, *, kind: str | None = None, currency: str | None = None, limit: int
) -> list[Account]:
    """Return accounts, perhaps of one kind or currency, in the order in which they were opened."""
    found = select(Account)
    if kind is not None:
        found = found.where(Account.kind == kind)
    if currency is not None:
        found = found.where(Account.currency == currency)
    return list(await session.scalars(found.order_by(Account.id).limit(limit)))


def _line(entry: Entry, journal: Journal, normal_side: Side) -> Line:
    in_credit = entry.credits_after - entry.debits_after
    return Line(
        version=entry.version,
        at=journal.event_at,
        kind=journal.kind,
        change_minor=entry.amount if entry.side == normal_side else -entry.amount,
        balance_minor=in_credit if normal_side == Side.CREDIT else -in_credit,
        journal_key=journal.key,
        meta=journal.meta,
    )
