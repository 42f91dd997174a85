"""Trace a debt back to tasks, costs and shares: the answer to `why do I owe this`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import IntentId, TaskId, UserId
from core.purchases.models import Purchase, Task, TaskStatus
from core.purchases.queries import payers_of, shares_of, tasks_of
from core.settlement.models import Intent, Strategy
from core.settlement.preview_distribution import distribution_of
from core.settlement.queries import own_intent


@dataclass(frozen=True, slots=True)
class Reason:
    """What one task adds to a debt; amounts in minor units.

    Under accruals `counts_minor` is what the payer owes the payee for this task (below zero: the other way round);
    under the minimal strategy it is what the task adds to the payer's own balance with everybody together.
    """

    task: Task
    paid: dict[UserId, int]
    share_minor: int  # what the payer of the debt bears of the task
    extra_minor: int  # 1: the share holds the unit that could not be divided
    extra_user_ids: tuple[UserId, ...]  # everybody who got such a unit of this task
    counts_minor: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A debt with its reasons; they sum to its amount under accruals, and to the payer's whole debt otherwise."""

    intent: Intent
    purchase: Purchase
    strategy: Strategy
    reasons: Sequence[Reason]

    @property
    def total_minor(self) -> int:
        """Return what the reasons sum to."""
        return sum(reason.counts_minor for reason in self.reasons)


async def explain_intent(session: AsyncSession, *, actor: Actor, intent_id: IntentId) -> Explanation:
    """Return where a debt of the actor comes from, read from the stored shares.

    :raises IntentNotFound: if the actor neither owes it nor is owed it.
    """
    intent = await own_intent(session, actor=actor, intent_id=intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    strategy = Strategy(purchase.strategy or Strategy.ACCRUALS)
    payers = await payers_of(session, purchase.id)
    shares = await shares_of(session, purchase.id)
    counts = await _counts(session, purchase, intent, strategy)
    reasons = []
    for task in await tasks_of(session, purchase.id):
        if task.status != TaskStatus.DONE or not counts.get(task.id):
            continue
        share = shares[task.id].get(intent.payer_id)
        reasons.append(
            Reason(
                task=task,
                paid=payers.get(task.id, {}),
                share_minor=share.share_minor if share else 0,
                extra_minor=share.extra_minor if share else 0,
                extra_user_ids=tuple(user_id for user_id, row in shares[task.id].items() if row.extra_minor),
                counts_minor=counts[task.id],
            )
        )
    return Explanation(intent=intent, purchase=purchase, strategy=strategy, reasons=reasons)


async def _counts(session: AsyncSession, purchase: Purchase, intent: Intent, strategy: Strategy) -> dict[TaskId, int]:
    if strategy == Strategy.ACCRUALS:
        debts = (await distribution_of(session, purchase)).accruals
        pair = (intent.payer_id, intent.payee_id)
        return next((dict(debt.reasons) for debt in debts if (debt.payer_id, debt.payee_id) == pair), {})
    payers = await payers_of(session, purchase.id)
    shares = await shares_of(session, purchase.id)
    counts = {}
    for task_id, people in shares.items():
        share = people.get(intent.payer_id)
        paid_minor = payers.get(task_id, {}).get(intent.payer_id, 0)
        counts[task_id] = (share.share_minor if share else 0) - paid_minor
    return counts
