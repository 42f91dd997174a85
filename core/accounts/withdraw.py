"""Send money of a wallet outside: the person asks, an operator pays or rejects."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import WithdrawalRequested, WithdrawalSettled
from core.accounts.limits import Limits, count_against_limits
from core.accounts.models import Withdrawal, WithdrawalStatus
from core.errors import Conflict, Invalid, NotFound
from core.identity.actor import Actor
from core.identity.clean import clean
from core.ids import OrderId, WithdrawalId, new_id
from core.ledger.chart import AccountName, Leg, bank, escrow, wallet
from core.ledger.post import post
from core.money import MINOR_MAX
from core.outbox.emit import emit

DESTINATION_LENGTH_MAX = 200


class WithdrawalNotFound(NotFound):
    """There is no such request to withdraw."""


class WithdrawalSettledAlready(Conflict):
    """The request was paid or rejected before; `status` says which."""


class WrongAmount(Invalid):
    """An amount is more than zero and not more than one operation may move."""


class NoDestination(Invalid):
    """It is not said where to send the money, or it is too long."""


async def request_withdrawal(
    session: AsyncSession,
    *,
    actor: Actor,
    amount_minor: int,
    currency: str,
    destination: str,
    limits: Limits,
    now: datetime,
) -> Withdrawal:
    """Take an amount out of the actor's wallet until an operator has sent it to `destination`.

    :raises WrongAmount, NoDestination: if the amount or the destination is none.
    :raises AboveOperationLimit, AboveDailyLimit: if it is too much.
    :raises NotEnoughMoney: if the wallet has less.
    """
    check_amount(amount_minor, currency)
    destination = clean(destination)
    if not 0 < len(destination) <= DESTINATION_LENGTH_MAX:
        raise NoDestination(max=DESTINATION_LENGTH_MAX)
    await count_against_limits(
        session, user_id=actor.user_id, amount_minor=amount_minor, currency=currency, limits=limits, now=now
    )
    withdrawal = Withdrawal(
        id=WithdrawalId(new_id()),
        user_id=actor.user_id,
        amount_minor=amount_minor,
        currency=currency,
        destination=destination,
        status=WithdrawalStatus.REQUESTED,
        created_at=now,
    )
    taken = Leg(wallet(actor.user_id, currency), _waiting(withdrawal), amount_minor)
    await post(session, key=f"withdrawal:{withdrawal.id}:request", kind="withdrawal", legs=[taken], now=now)
    session.add(withdrawal)
    event = WithdrawalRequested(
        withdrawal_id=withdrawal.id, user_id=actor.user_id, amount_minor=amount_minor, currency=currency
    )
    emit(session, event)
    return withdrawal


async def settle_withdrawal(
    session: AsyncSession,
    *,
    withdrawal_id: WithdrawalId,
    operator: str,
    rejected_for: str | None = None,
    now: datetime,
) -> Withdrawal:
    """Record that an operator has sent the money, or that it goes back for a reason. The same twice is once.

    :raises WithdrawalNotFound: if there is none.
    :raises WithdrawalSettledAlready: if it was settled the other way.
    """
    found = select(Withdrawal).where(Withdrawal.id == withdrawal_id).with_for_update()
    withdrawal = await session.scalar(found.execution_options(populate_existing=True))
    if withdrawal is None:
        raise WithdrawalNotFound
    status = WithdrawalStatus.PAID if rejected_for is None else WithdrawalStatus.REJECTED
    if withdrawal.status == status:
        return withdrawal
    if withdrawal.status != WithdrawalStatus.REQUESTED:
        raise WithdrawalSettledAlready(status=withdrawal.status)
    to = bank(withdrawal.currency) if rejected_for is None else wallet(withdrawal.user_id, withdrawal.currency)
    leg = Leg(_waiting(withdrawal), to, withdrawal.amount_minor)
    kind = "payout" if rejected_for is None else "withdrawal_rejected"
    meta = {"operator": operator}
    await post(session, key=f"withdrawal:{withdrawal.id}:resolve", kind=kind, legs=[leg], meta=meta, now=now)
    withdrawal.status, withdrawal.operator, withdrawal.settled_at = status, operator, now
    withdrawal.reason = rejected_for
    event = WithdrawalSettled(
        withdrawal_id=withdrawal.id,
        user_id=withdrawal.user_id,
        amount_minor=withdrawal.amount_minor,
        currency=withdrawal.currency,
        status=status,
        reason=rejected_for,
    )
    emit(session, event)
    return withdrawal


def check_amount(amount_minor: int, currency: str) -> None:
    """Refuse what is no amount of one operation, in minor units.

    :raises WrongAmount: if it is zero, negative or too large.
    """
    if not 0 < amount_minor <= MINOR_MAX:
        raise WrongAmount(max_minor=MINOR_MAX, currency=currency)


def _waiting(withdrawal: Withdrawal) -> AccountName:
    # What waits for the operator is in escrow like the money for an order; ids of the two never meet.
    return escrow(OrderId(withdrawal.id), withdrawal.currency)
