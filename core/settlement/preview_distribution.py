"""What a lock would do: both strategies side by side, before anything is decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.purchases.models import Purchase, Task, TaskStatus
from core.purchases.queries import payers_of, shares_of, tasks_of, visible_purchase
from core.settlement.accruals import Debt, DoneTask, accrue
from core.settlement.minimal import Transfer, minimal_transfers
from core.settlement.models import Strategy


@dataclass(frozen=True, slots=True)
class Distribution:
    """The shares of all done tasks and what follows from them; amounts in minor units of the purchase's currency."""

    purchase: Purchase
    done: Sequence[Task]
    unfinished: Sequence[Task]
    nets: dict[UserId, int]  # paid less borne: above zero is to be received
    accruals: Sequence[Debt]
    minimal: Sequence[Transfer]

    @property
    def total_minor(self) -> int:
        """Return what all done tasks cost together."""
        return sum(task.cost_minor or 0 for task in self.done)

    def transfers(self, strategy: Strategy) -> list[Transfer]:
        """Return who pays whom how much by one of the strategies."""
        if strategy == Strategy.MINIMAL:
            return list(self.minimal)
        return [Transfer(debt.payer_id, debt.payee_id, debt.amount_minor) for debt in self.accruals]


async def preview_distribution(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Distribution:
    """Return what locking the purchase now would do.

    :raises PurchaseNotFound: if it is none of the actor's.
    """
    purchase = await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    return await distribution_of(session, purchase)


async def distribution_of(session: AsyncSession, purchase: Purchase) -> Distribution:
    """Return the distribution that the stored shares of a purchase make."""
    tasks = await tasks_of(session, purchase.id)
    done = await done_tasks_of(session, purchase.id)
    nets: defaultdict[UserId, int] = defaultdict(int)
    for task in done:
        for user_id, paid_minor in task.payers.items():
            nets[user_id] += paid_minor
        for user_id, share_minor in task.shares.items():
            nets[user_id] -= share_minor
    return Distribution(
        purchase=purchase,
        done=[task for task in tasks if task.status == TaskStatus.DONE],
        unfinished=[task for task in tasks if task.status != TaskStatus.DONE],
        nets=dict(nets),
        accruals=accrue(done),
        minimal=minimal_transfers(nets),
    )


async def done_tasks_of(session: AsyncSession, purchase_id: PurchaseId) -> list[DoneTask]:
    """Return who paid and who bears what of each done task, as the settlement arithmetic takes it."""
    payers = await payers_of(session, purchase_id)
    shares = await shares_of(session, purchase_id)
    return [
        DoneTask(
            task_id=task_id,
            payers=payers.get(task_id, {}),
            shares={user_id: share.share_minor for user_id, share in people.items()},
        )
        for task_id, people in sorted(shares.items())
    ]
