"""Small makers of accounts with money in them, for tests of the book."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId, new_id
from core.ledger.chart import AccountName, Leg, bank, wallet
from core.ledger.post import post
from tests.builders import NOW

BANK = bank("RUB")


def new_wallet(currency: str = "RUB") -> AccountName:
    """Return the account of somebody new."""
    return wallet(UserId(new_id()), currency)


async def fill(session: AsyncSession, account: AccountName, minor: int) -> None:
    """Put money of the bank into an account, once."""
    await post(session, key=f"fill:{account.owner_id}", kind="fill", legs=[Leg(BANK, account, minor)], now=NOW)
