"""A participant adds a thing to buy or to pay for."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.purchases.events import TaskAdded
from core.purchases.happened import happened
from core.purchases.models import Purchase, Task, TaskStatus
from core.purchases.queries import locked_own_purchase, takes_part
from core.purchases.remove_participant import ParticipantNotFound
from core.purchases.rules import check_active, check_amount, check_due, check_title

TASKS_MAX = 500


class TooManyTasks(Conflict):
    """A purchase holds no more than 500 tasks."""


async def add_task(
    session: AsyncSession,
    *,
    actor: Actor,
    purchase_id: PurchaseId,
    title: str,
    now: datetime,
    estimate_minor: int | None = None,
    assignee_id: UserId | None = None,
    due_at: datetime | None = None,
) -> Task:
    """Add a task with its estimate in minor units of the purchase's currency, perhaps assigned already.

    :raises PurchaseNotFound, NotParticipant: if the actor does not take part.
    :raises WrongTitle, NegativeAmount, AmountTooLarge: if the title or the estimate breaks its limits.
    :raises DueInThePast, DueTooFar: if `due_at` is over, or years ahead.
    :raises ParticipantNotFound: if the assignee does not take part.
    :raises NotActive, TooManyTasks: if the purchase takes no more tasks.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    task = await new_task(session, purchase, actor, title, now=now)
    task.estimate_minor = None if estimate_minor is None else check_amount(estimate_minor)
    task.due_at = None if due_at is None else check_due(due_at, now=now)
    if assignee_id is not None:
        if not await takes_part(session, purchase_id=purchase_id, user_id=assignee_id):
            raise ParticipantNotFound
        task.assignee_id, task.status = assignee_id, TaskStatus.ASSIGNED
    session.add(task)
    await session.flush()
    event = TaskAdded(
        purchase_id=purchase_id,
        actor_id=actor.user_id,
        task_id=task.id,
        title=task.title,
        assignee_id=assignee_id,
        estimate_minor=task.estimate_minor,
    )
    happened(session, purchase, event, now=now)
    return task


async def new_task(session: AsyncSession, purchase: Purchase, actor: Actor, title: str, *, now: datetime) -> Task:
    """Return an open task, not stored yet, with the next number of a purchase whose row is held.

    :raises WrongTitle, NotActive, TooManyTasks: as `add_task`.
    """
    check_active(purchase)
    last = await session.scalar(select(func.max(Task.number)).where(Task.purchase_id == purchase.id)) or 0
    if last >= TASKS_MAX:
        raise TooManyTasks(count_max=TASKS_MAX)
    return Task(
        purchase_id=purchase.id,
        number=last + 1,
        title=check_title(title),
        status=TaskStatus.OPEN,
        author_id=actor.user_id,
        created_at=now,
    )
