"""A person leaves a purchase."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.purchases.events import ParticipantLeft
from core.purchases.happened import happened
from core.purchases.models import Participant, Purchase, Task, TaskPayer, TaskShare, TaskStatus
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_active


class OrganizerStays(Conflict):
    """The organiser cannot leave their own purchase."""


class HasDoneTasks(Conflict):
    """The person paid for, did, or shares in done tasks; `titles` names them."""


async def leave_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, now: datetime) -> None:
    """Stop taking part; what the actor had taken becomes open again.

    :raises OrganizerStays: if the actor is the organiser.
    :raises HasDoneTasks: if done tasks count on the actor: reopen or change those first.
    :raises NotActive: if the purchase is locked or closed.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_active(purchase)
    await take_off(session, purchase, actor.user_id, now=now)
    happened(session, purchase, ParticipantLeft(purchase_id=purchase.id, actor_id=actor.user_id), now=now)


async def take_off(session: AsyncSession, purchase: Purchase, user_id: UserId, *, now: datetime) -> None:
    """End somebody's part in a purchase whose row is held.

    :raises OrganizerStays, HasDoneTasks: as `leave_purchase`.
    """
    if user_id == purchase.owner_id:
        raise OrganizerStays
    titles = await _done_tasks_that_count_on(session, purchase, user_id)
    if titles:
        raise HasDoneTasks(titles=", ".join(titles))
    participant = await session.get_one(Participant, (purchase.id, user_id))
    participant.left_at = now
    taken = (Task.purchase_id == purchase.id) & (Task.assignee_id == user_id) & (Task.status == TaskStatus.ASSIGNED)
    await session.execute(update(Task).where(taken).values(status=TaskStatus.OPEN, assignee_id=None))


async def _done_tasks_that_count_on(session: AsyncSession, purchase: Purchase, user_id: UserId) -> list[str]:
    # Also what they only share in: if the person vanished, their part would have nobody to bear it.
    paid = select(TaskPayer.task_id).where(TaskPayer.user_id == user_id)
    shared = select(TaskShare.task_id).where(TaskShare.user_id == user_id)
    counts = (Task.assignee_id == user_id) | Task.id.in_(paid) | Task.id.in_(shared)
    done = select(Task.title).where(Task.purchase_id == purchase.id, Task.status == TaskStatus.DONE, counts)
    return list(await session.scalars(done.order_by(Task.number)))
