"""A task is bought and paid: its cost, its payers and the shares are stored."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.actor import Actor
from core.ids import TaskId, UserId
from core.photos.give_photo import GivenPhoto, use_photo
from core.purchases.events import TaskCompleted
from core.purchases.happened import happened
from core.purchases.models import Purchase, Task, TaskPayer, TaskShare, TaskStatus
from core.purchases.queries import locked_task, participants_of
from core.purchases.remove_participant import ParticipantNotFound
from core.purchases.rules import NotYourTask, check_active, check_amount, check_task_status, may_finish
from core.purchases.shares import Equal, Split, check_payers, compute_shares


class CostUnknown(Invalid):
    """The task has no estimate, so its cost must be said."""


async def complete_task(
    session: AsyncSession,
    *,
    actor: Actor,
    task_id: TaskId,
    now: datetime,
    cost_minor: int | None = None,
    payers: Mapping[UserId, int] | None = None,
    split: Split | None = None,
    receipt: GivenPhoto | None = None,
) -> Task:
    """Mark a taken task as done.

    The cost defaults to the estimate, the payer to the actor, the split to equal among all participants. An open task
    is taken by the actor in the same step. Amounts are in minor units of the purchase's currency.

    :raises TaskNotFound, NotParticipant: if the actor does not take part.
    :raises NotYourTask: if somebody else took it and the actor is not the organiser.
    :raises NotActive, WrongTaskStatus: if the purchase is locked, or the task is done already.
    :raises CostUnknown, NegativeAmount, AmountTooLarge: if there is no right cost.
    :raises ParticipantNotFound: if a payer or sharer does not take part.
    :raises PhotoNotFound: if the receipt is no photo of the actor's.
    :raises Invalid: if the payers or the split do not add up (core/purchases/shares.py).
    """
    purchase, task = await locked_task(session, actor=actor, task_id=task_id)
    check_active(purchase)
    check_task_status(task, TaskStatus.OPEN, TaskStatus.ASSIGNED)
    if task.status == TaskStatus.ASSIGNED and not may_finish(purchase, task, actor.user_id):
        raise NotYourTask
    cost = task.estimate_minor if cost_minor is None else check_amount(cost_minor)
    if cost is None:
        raise CostUnknown(title=task.title)
    task.assignee_id = task.assignee_id or actor.user_id
    task.receipt_id = await use_photo(session, actor=actor, given=receipt, now=now) or task.receipt_id
    await store_result(session, purchase, task, cost_minor=cost, payers=payers, split=split, actor=actor, now=now)
    return task


async def store_result(
    session: AsyncSession,
    purchase: Purchase,
    task: Task,
    *,
    cost_minor: int,
    payers: Mapping[UserId, int] | None,
    split: Split | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Make a task of a purchase whose row is held done, and store who paid and who bears what.

    :raises ParticipantNotFound, Invalid: as `complete_task`.
    """
    participants = [user.id for user in await participants_of(session, purchase.id)]
    split = split or Equal(tuple(participants))
    payers = payers or {actor.user_id: cost_minor}
    if not {*payers, *split.user_ids} <= set(participants):
        raise ParticipantNotFound
    check_payers(cost_minor=cost_minor, currency=purchase.currency, payers=payers)
    shares = compute_shares(cost_minor=cost_minor, currency=purchase.currency, split=split, task_id=task.id)
    task.cost_minor, task.split, task.status, task.done_at = cost_minor, split.to_json(), TaskStatus.DONE, now
    session.add_all(TaskPayer(task_id=task.id, user_id=user, paid_minor=paid) for user, paid in payers.items())
    session.add_all(
        TaskShare(task_id=task.id, user_id=share.user_id, share_minor=share.share_minor, extra_minor=share.extra_minor)
        for share in shares
    )
    event = TaskCompleted(
        purchase_id=purchase.id, actor_id=actor.user_id, task_id=task.id, title=task.title, cost_minor=cost_minor
    )
    happened(session, purchase, event, now=now)
