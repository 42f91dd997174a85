"""What a person has in their wallets, and how it came to that."""

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.ledger.chart import Kind, wallet
from core.ledger.models import Account
from core.ledger.movements import Line, movements
from core.money import Money


async def wallets_of(session: AsyncSession, user_id: UserId) -> list[Money]:
    """Return what the person has, one amount for each currency in which they have a wallet."""
    # Written out, so that a plan that was made for every kind still knows of the index of wallets.
    is_wallet = Account.kind == literal(Kind.WALLET, literal_execute=True)
    own = is_wallet & (Account.owner_id == user_id)
    rows = await session.execute(select(Account.balance, Account.currency).where(own).order_by(Account.currency))
    return [Money(balance, currency) for balance, currency in rows]


async def statement(
    session: AsyncSession, *, user_id: UserId, currency: str, limit: int, before: int | None = None
) -> list[Line]:
    """Return the movements of one wallet with their running balance, the newest first, from below a version on."""
    return await movements(session, str(wallet(user_id, currency)), limit=limit, before=before)
