"""A participant says what they have paid already: "I paid 1200 for the taxi"."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.photos.give_photo import GivenPhoto, use_photo
from core.purchases.add_task import new_task
from core.purchases.complete_task import store_result
from core.purchases.models import Task
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_amount
from core.purchases.shares import Split


async def record_spending(
    session: AsyncSession,
    *,
    actor: Actor,
    purchase_id: PurchaseId,
    title: str,
    cost_minor: int,
    now: datetime,
    payers: Mapping[UserId, int] | None = None,
    split: Split | None = None,
    receipt: GivenPhoto | None = None,
) -> Task:
    """Create a task that is done; the payer defaults to the actor, the split to equal among all participants.

    :raises PurchaseNotFound, NotParticipant: if the actor does not take part.
    :raises WrongTitle, NegativeAmount, AmountTooLarge: if the title or the cost breaks its limits.
    :raises ParticipantNotFound, PhotoNotFound, Invalid: as `complete_task`.
    :raises NotActive, TooManyTasks: if the purchase takes no more tasks.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    task = await new_task(session, purchase, actor, title, now=now)
    task.assignee_id = actor.user_id
    task.receipt_id = await use_photo(session, actor=actor, given=receipt, now=now)
    session.add(task)
    await session.flush()
    cost = check_amount(cost_minor)
    await store_result(session, purchase, task, cost_minor=cost, payers=payers, split=split, actor=actor, now=now)
    return task
