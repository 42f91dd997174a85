"""What a person has in their wallets, and how it came to that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.ledger.chart import Kind, Side, wallet
from core.ledger.models import Account, Entry, Journal, Transfer
from core.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of a wallet: what came (positive) or went (negative), and what was there after it."""

    version: int
    at: datetime
    kind: str
    change_minor: int
    balance_minor: int
    journal_key: str
    meta: dict[str, Any]


async def wallets_of(session: AsyncSession, user_id: UserId) -> list[Money]:
    """Return what the person has, one amount for each currency in which they have a wallet."""
    own = (Account.kind == Kind.WALLET) & (Account.owner_id == user_id)
    rows = await session.execute(select(Account.balance, Account.currency).where(own).order_by(Account.currency))
    return [Money(balance, currency) for balance, currency in rows]


async def statement(
    session: AsyncSession, *, user_id: UserId, currency: str, limit: int, before: int | None = None
) -> list[Line]:
    """Return the movements of one wallet with their running balance, the newest first, from below a version on."""
    lines = (
        select(Entry, Journal)
        .join(Account, Account.id == Entry.account_id)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .join(Journal, Journal.id == Transfer.journal_id)
        .where(Account.name == str(wallet(user_id, currency)))
    )
    if before is not None:
        lines = lines.where(Entry.version < before)
    rows = await session.execute(lines.order_by(Entry.version.desc()).limit(limit))
    return [
        Line(
            version=entry.version,
            at=journal.event_at,
            kind=journal.kind,
            change_minor=entry.amount if entry.side == Side.CREDIT else -entry.amount,
            balance_minor=entry.credits_after - entry.debits_after,
            journal_key=journal.key,
            meta=journal.meta,
        )
        for entry, journal in rows
    ]
