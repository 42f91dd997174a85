"""Read what accounts hold and how they came to it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.chart import AccountName
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
