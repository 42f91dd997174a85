"""What a person still has to do with others: while there is any of it, they cannot be forgotten."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.models import Withdrawal, WithdrawalStatus
from core.accounts.statement import wallets_of
from core.ids import UserId
from core.money import to_decimal_string
from core.orders.models import Order, OrderStatus
from core.payments.models import OPEN as OPEN_ATTEMPT
from core.payments.models import Attempt, Refund, RefundStatus
from core.purchases.models import Participant, Purchase, PurchaseStatus, Task, TaskPayer, TaskShare, TaskStatus
from core.settlement.models import OPEN as OPEN_DEBT
from core.settlement.models import Intent


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """What is open: amounts in wallets, how many debts, payments and withdrawals, and purchases yet to be split."""

    wallet: str  # "12.50 RUB + 3.00 EUR"
    debts: int
    payments: int  # attempts, orders and refunds under way
    withdrawals: int
    purchases: tuple[str, ...]  # titles

    @property
    def are_none(self) -> bool:
        """Whether nothing is open."""
        return not (self.wallet or self.debts or self.payments or self.withdrawals or self.purchases)


async def open_matters(session: AsyncSession, user_id: UserId) -> OpenMatters:
    """Return what of a person's is open now."""
    wallets = [money for money in await wallets_of(session, user_id) if money.minor]
    refunds = select(Refund).join(Attempt, Attempt.id == Refund.attempt_id).outerjoin(Intent)
    unfinished = Refund.status.in_([RefundStatus.REQUESTED, RefundStatus.PENDING])
    theirs = (Attempt.payer_id == user_id) | (Intent.payee_id == user_id)
    debts = (Intent.payer_id == user_id) | (Intent.payee_id == user_id)
    return OpenMatters(
        wallet=" + ".join(f"{to_decimal_string(money)} {money.currency}" for money in wallets),
        debts=await _count(session, select(Intent).where(debts, Intent.status.in_(OPEN_DEBT))),
        payments=await _count(
            session, select(Attempt).where(Attempt.payer_id == user_id, Attempt.status.in_(OPEN_ATTEMPT))
        )
        + await _count(session, select(Order).where(Order.user_id == user_id, Order.status == OrderStatus.NEW))
        + await _count(session, refunds.where(unfinished, theirs)),
        withdrawals=await _count(
            session,
            select(Withdrawal).where(Withdrawal.user_id == user_id, Withdrawal.status == WithdrawalStatus.REQUESTED),
        ),
        purchases=tuple(await session.scalars(_not_split(user_id))),
    )


def _not_split(user_id: UserId) -> Select[str]:
    """Return the titles of the active purchases in which done tasks count on the person: others would bear them."""
    paid = select(TaskPayer.task_id).where(TaskPayer.user_id == user_id)
    shared = select(TaskShare.task_id).where(TaskShare.user_id == user_id)
    counts = (Task.assignee_id == user_id) | Task.id.in_(paid) | Task.id.in_(shared)
    found = select(Purchase.title).join(Participant, Participant.purchase_id == Purchase.id)
    done = select(Task.purchase_id).where(Task.status == TaskStatus.DONE, counts)
    mine = (Participant.user_id == user_id) & (Purchase.status == PurchaseStatus.ACTIVE)
    return found.where(mine, Purchase.id.in_(done)).order_by(Purchase.id)


async def _count(session: AsyncSession, rows: Select[*tuple[object, ...]]) -> int:
    return await session.scalar(select(func.count()).select_from(rows.subquery())) or 0
