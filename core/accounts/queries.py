"""Read wallets, holds and withdrawals."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.models import Hold, HoldStatus, Withdrawal
from core.accounts.withdraw import WithdrawalNotFound
from core.identity.models import User
from core.ids import OrderId, UserId, WithdrawalId
from core.ledger.chart import Kind
from core.ledger.models import Account
from core.money import Money


async def find_wallets(
    session: AsyncSession, *, user_id: UserId | None = None, currency: str | None = None, limit: int
) -> list[tuple[User, Money]]:
    """Return whose wallets hold how much, by currency, the fullest first."""
    found = select(User, Account.balance, Account.currency).join(Account, Account.owner_id == User.id)
    found = found.where(Account.kind == Kind.WALLET)
    if user_id is not None:
        found = found.where(User.id == user_id)
    if currency is not None:
        found = found.where(Account.currency == currency)
    rows = await session.execute(found.order_by(Account.currency, Account.balance.desc(), Account.id).limit(limit))
    return [(user, Money(balance, code)) for user, balance, code in rows]


async def held_of(session: AsyncSession, user_id: UserId) -> list[Hold]:
    """Return what is held of a person's wallets now, the newest first."""
    held = (Hold.user_id == user_id) & (Hold.status == HoldStatus.HELD)
    return list(await session.scalars(select(Hold).where(held).order_by(Hold.created_at.desc())))


async def hold_of_order(session: AsyncSession, order_id: OrderId) -> Hold | None:
    """Return what became of the money for an order, if it was asked for yet."""
    return await session.get(Hold, order_id)


async def find_withdrawals(
    session: AsyncSession, *, status: str | None = None, user_id: UserId | None = None, limit: int
) -> list[tuple[Withdrawal, User]]:
    """Return requests to withdraw with whose they are, the newest first."""
    found = select(Withdrawal, User).join(User, User.id == Withdrawal.user_id)
    if status is not None:
        found = found.where(Withdrawal.status == status)
    if user_id is not None:
        found = found.where(Withdrawal.user_id == user_id)
    rows = await session.execute(found.order_by(Withdrawal.id.desc()).limit(limit))
    return [(withdrawal, user) for withdrawal, user in rows]


async def withdrawals_of(
    session: AsyncSession, user_id: UserId, *, limit: int, offset: int = 0
) -> tuple[list[Withdrawal], int]:
    """Return a page of a person's requests to withdraw, the newest first, and how many there are."""
    own = Withdrawal.user_id == user_id
    page = select(Withdrawal).where(own).order_by(Withdrawal.id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(Withdrawal).where(own)) or 0
    return list(await session.scalars(page)), total


async def any_withdrawal(session: AsyncSession, withdrawal_id: WithdrawalId) -> Withdrawal:
    """Return a request to withdraw, whosever it is.

    :raises WithdrawalNotFound: if there is none.
    """
    withdrawal = await session.get(Withdrawal, withdrawal_id)
    if withdrawal is None:
        raise WithdrawalNotFound
    return withdrawal
