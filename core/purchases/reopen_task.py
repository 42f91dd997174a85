"""A done task turns out not to be done."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import TaskId
from core.purchases.events import TaskReopened
from core.purchases.happened import happened
from core.purchases.models import Task, TaskPayer, TaskShare, TaskStatus
from core.purchases.queries import locked_task
from core.purchases.rules import NotYourTask, check_active, check_task_status, may_undo


async def reopen_task(session: AsyncSession, *, actor: Actor, task_id: TaskId, now: datetime) -> Task:
    """Take a done task back to whoever did it; its cost, payers and shares count no more.

    :raises TaskNotFound, NotParticipant: if the actor does not take part.
    :raises NotYourTask: if the actor is neither its author nor the organiser.
    :raises NotActive, WrongTaskStatus: if the purchase is locked, or the task is not done.
    """
    purchase, task = await locked_task(session, actor=actor, task_id=task_id)
    check_active(purchase)
    check_task_status(task, TaskStatus.DONE)
    if not may_undo(purchase, task, actor.user_id):
        raise NotYourTask
    assert task.cost_minor is not None
    event = TaskReopened(
        purchase_id=purchase.id,
        actor_id=actor.user_id,
        task_id=task.id,
        title=task.title,
        cost_minor=task.cost_minor,
    )
    await forget_result(session, task)
    task.status = TaskStatus.ASSIGNED
    happened(session, purchase, event, now=now)
    return task


async def forget_result(session: AsyncSession, task: Task) -> None:
    """Remove the cost, the payers and the shares of a task; the history keeps what they were."""
    await session.execute(delete(TaskPayer).where(TaskPayer.task_id == task.id))
    await session.execute(delete(TaskShare).where(TaskShare.task_id == task.id))
    task.cost_minor = task.split = task.done_at = None
