"""What a person has in their wallets, and how it came to that."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.models import Hold, HoldStatus
from core.errors import NotFound
from core.ids import UserId
from core.ledger.chart import Kind, wallet
from core.ledger.models import Account
from core.ledger.movements import Line, movements
from core.money import Money


class NoAccount(NotFound):
    """The person has no account in this currency."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """What can be spent, and in minor units what is held beside it for orders that have not ended."""

    balance: Money
    held_minor: int


async def wallets_of(session: AsyncSession, user_id: UserId) -> list[Money]:
    """Return what the person has, one amount for each currency in which they have a wallet."""
    # Written out, so that a plan that was made for every kind still knows of the index of wallets.
    is_wallet = Account.kind == literal(Kind.WALLET, literal_execute=True)
    own = is_wallet & (Account.owner_id == user_id)
    rows = await session.execute(select(Account.balance, Account.currency).where(own).order_by(Account.currency))
    return [Money(balance, currency) for balance, currency in rows]


async def wallet_of(session: AsyncSession, user_id: UserId, currency: str) -> Wallet:
    """Return what the person has in a currency, and what of theirs is held for orders.

    :raises NoAccount: if they have no wallet in it.
    """
    found = select(Account.balance).where(Account.name == str(wallet(user_id, currency)))
    balance = await session.scalar(found)
    if balance is None:
        raise NoAccount(currency=currency)
    held = (Hold.user_id == user_id) & (Hold.currency == currency) & (Hold.status == HoldStatus.HELD)
    held_minor = await session.scalar(select(func.coalesce(func.sum(Hold.amount_minor), 0)).where(held))
    return Wallet(Money(balance, currency), int(held_minor or 0))


async def statement(
    session: AsyncSession, *, user_id: UserId, currency: str, limit: int, before: int | None = None
) -> list[Line]:
    """Return the movements of one wallet with their running balance, the newest first, from below a version on."""
    return await movements(session, str(wallet(user_id, currency)), limit=limit, before=before)
