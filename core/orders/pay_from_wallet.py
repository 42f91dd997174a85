"""The payer pays a debt, or a part of it, from their wallet: an attempt that an order carries out."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import Limits
from core.errors import Invalid
from core.identity.actor import Actor
from core.ids import IntentId
from core.ledger.balances import balance
from core.ledger.chart import wallet
from core.ledger.post import NotEnoughMoney
from core.orders.place_order import place_order
from core.payments.models import Attempt, Rail
from core.payments.open_attempt import open_attempt


class DebtInOtherCurrency(Invalid):
    """The debt is in another currency; `currency` says in which."""


async def pay_from_wallet(
    session: AsyncSession,
    *,
    actor: Actor,
    intent_id: IntentId,
    limits: Limits,
    service_fee_basis_points: int,
    now: datetime,
    amount_minor: int | None = None,
    seen_version: int | None = None,
    currency: str | None = None,
    description: str | None = None,
) -> Attempt:
    """Open an attempt by the wallet for all that is left, or for an amount, and place its order.

    The order is described by the title of the purchase, unless by `description`; a `currency` is only compared.

    The same again while it is under way returns that attempt.

    :raises IntentNotFound, AlreadyPaid, DebtCanceled, AttemptOpen, ChangedMeanwhile, WrongPaidAmount: as `open_attempt`
        says.
    :raises NotEnoughMoney: if the wallet plainly has less; should it have less only later, the order is cancelled.
    :raises AboveOperationLimit, AboveDailyLimit: if it is too much.
    :raises DebtInOtherCurrency: if the debt is in another currency than the one given.
    :raises WrongDescription: as `place_order`.
    """
    purchase, intent, attempt, is_new = await open_attempt(
        session,
        actor=actor,
        intent_id=intent_id,
        rail=Rail.WALLET,
        amount_minor=amount_minor,
        seen_version=seen_version,
        service_fee_basis_points=service_fee_basis_points,
        now=now,
    )
    if currency not in {None, intent.currency}:
        raise DebtInOtherCurrency(currency=intent.currency)
    if not is_new:
        return attempt
    if await balance(session, wallet(actor.user_id, intent.currency)) < attempt.amount_minor:
        raise NotEnoughMoney
    await session.flush()
    await place_order(
        session,
        actor=actor,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        description=purchase.title if description is None else description,
        limits=limits,
        attempt=attempt,
        now=now,
    )
    return attempt
