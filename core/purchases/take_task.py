"""A participant takes a task."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.identity.models import User
from core.ids import TaskId
from core.purchases.events import TaskTaken
from core.purchases.happened import happened
from core.purchases.models import Task, TaskStatus
from core.purchases.queries import locked_task
from core.purchases.rules import check_active, check_task_status


class AlreadyTaken(Conflict):
    """Somebody else was quicker; `name` says who."""


async def take_task(session: AsyncSession, *, actor: Actor, task_id: TaskId, now: datetime) -> Task:
    """Let the actor do an open task; taking one's own task again changes nothing.

    :raises TaskNotFound, NotParticipant: if the actor does not take part.
    :raises AlreadyTaken: if somebody else has taken it.
    :raises NotActive, WrongTaskStatus: if the purchase is locked, or the task is done.
    """
    purchase, task = await locked_task(session, actor=actor, task_id=task_id)
    check_active(purchase)
    if task.status == TaskStatus.ASSIGNED:
        if task.assignee_id == actor.user_id:
            return task
        assignee = await session.get_one(User, task.assignee_id)
        raise AlreadyTaken(name=assignee.name, title=task.title)
    check_task_status(task, TaskStatus.OPEN)
    task.status, task.assignee_id = TaskStatus.ASSIGNED, actor.user_id
    event = TaskTaken(purchase_id=purchase.id, actor_id=actor.user_id, task_id=task.id, title=task.title)
    happened(session, purchase, event, now=now)
    return task
