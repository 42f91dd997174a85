"""A task is called off: it becomes void and stays visible in the history."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import TaskId, UserId
from core.purchases.events import TaskDeleted
from core.purchases.happened import happened
from core.purchases.models import Purchase, Task, TaskStatus
from core.purchases.queries import locked_task
from core.purchases.reopen_task import forget_result
from core.purchases.rules import NotYourTask, check_active, may_undo


async def delete_task(session: AsyncSession, *, actor: Actor, task_id: TaskId, now: datetime) -> None:
    """Make a task void; deleting it again is "not found".

    :raises TaskNotFound, NotParticipant: if it is void already, or the actor does not take part.
    :raises NotYourTask: if the actor is neither its author nor the organiser.
    :raises NotActive: if the purchase is locked or closed.
    """
    purchase, task = await locked_task(session, actor=actor, task_id=task_id)
    check_active(purchase)
    if not may_undo(purchase, task, actor.user_id):
        raise NotYourTask
    await void(session, purchase, task, actor_id=actor.user_id, now=now)


async def void(session: AsyncSession, purchase: Purchase, task: Task, *, actor_id: UserId, now: datetime) -> None:
    """Make a task of a purchase whose row is held void."""
    await forget_result(session, task)
    task.status = TaskStatus.VOID
    event = TaskDeleted(purchase_id=purchase.id, actor_id=actor_id, task_id=task.id, title=task.title)
    happened(session, purchase, event, now=now)
