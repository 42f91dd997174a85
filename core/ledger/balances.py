"""Read what accounts hold and how they came to it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.chart import AccountName, Kind
from core.ledger.models import Account, Entry


async def balance(session: AsyncSession, account: AccountName) -> int:
    """Return what an account holds, in minor units; 0 for one that was never posted to."""
    found = await session.scalar(select(Account.balance).where(Account.name == str(account)))
    return found or 0


async def statement(
    session: AsyncSession, account: AccountName, *, limit: int, before: int | None = None
) -> list[Entry]:
    """Return the entries of an account with their running totals, the newest first, from below a version on."""
    # Not a join: PostgreSQL would read and sort every entry of the account for the first page of it.
    account_id = select(Account.id).where(Account.name == str(account)).scalar_subquery()
    entries = select(Entry).where(Entry.account_id == account_id)
    if before is not None:
        entries = entries.where(Entry.version < before)
    return list(await session.scalars(entries.order_by(Entry.version.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class ProviderTotals:
    """What the book says of a provider in one currency, in minor units; its own book must say the same."""

    paid: int
    refunded: int
    fees: int


async def provider_totals(session: AsyncSession, provider: str) -> dict[str, ProviderTotals]:
    """Return what a provider took, gave back and kept, by currency."""
    rows = await session.execute(
        select(Account.currency, Account.kind, func.sum(Account.debits), func.sum(Account.credits))
        .where(Account.provider == provider, Account.kind.in_([Kind.PROVIDER_CLEARING, Kind.FEE_EXPENSE]))
        .group_by(Account.currency, Account.kind)
    )
    sums = {(currency, kind): (int(debited), int(credited)) for currency, kind, debited, credited in rows}
    totals = {}
    for currency in {currency for currency, _ in sums}:
        paid, out = sums.get((currency, Kind.PROVIDER_CLEARING), (0, 0))
        fees, _ = sums.get((currency, Kind.FEE_EXPENSE), (0, 0))
        totals[currency] = ProviderTotals(paid=paid, refunded=out - fees, fees=fees)
    return totals
