"""Open a wallet: one for each person and currency."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ledger.chart import wallet
from core.ledger.open_accounts import open_accounts
from core.money import exponent


class AccountExists(Conflict):
    """The person has an account in this currency already."""


async def open_account(session: AsyncSession, *, actor: Actor, currency: str) -> None:
    """Open the actor's wallet in a currency.

    :raises UnknownCurrency: if ISO 4217 has no such currency.
    :raises AccountExists: if there is one, however many ask at once.
    """
    exponent(currency)
    if not await open_accounts(session, [wallet(actor.user_id, currency)]):
        raise AccountExists(currency=currency)
