"""A taken task becomes open again."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import TaskId
from core.purchases.events import TaskGivenBack
from core.purchases.happened import happened
from core.purchases.models import Task, TaskStatus
from core.purchases.queries import locked_task
from core.purchases.rules import NotYourTask, check_active, check_task_status, may_finish


async def give_back_task(session: AsyncSession, *, actor: Actor, task_id: TaskId, now: datetime) -> Task:
    """Open a task that the actor took, or that somebody took in the actor's purchase; an open one stays open.

    :raises TaskNotFound, NotParticipant: if the actor does not take part.
    :raises NotYourTask: if somebody else took it and the actor is not the organiser.
    :raises NotActive, WrongTaskStatus: if the purchase is locked, or the task is done.
    """
    purchase, task = await locked_task(session, actor=actor, task_id=task_id)
    check_active(purchase)
    if task.status == TaskStatus.OPEN:
        return task
    check_task_status(task, TaskStatus.ASSIGNED)
    if not may_finish(purchase, task, actor.user_id):
        raise NotYourTask
    assert task.assignee_id is not None
    event = TaskGivenBack(
        purchase_id=purchase.id,
        actor_id=actor.user_id,
        task_id=task.id,
        title=task.title,
        assignee_id=task.assignee_id,
    )
    task.status, task.assignee_id = TaskStatus.OPEN, None
    happened(session, purchase, event, now=now)
    return task
