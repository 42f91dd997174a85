"""A purchase with all that belongs to it, as pages and clients show it, in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.chats import ids_of_chats
from core.identity.models import Chat, User
from core.ids import PurchaseId, TaskId, UserId
from core.purchases.models import Participant, Purchase, PurchaseStatus, Task, TaskPayer, TaskShare, TaskStatus
from core.purchases.queries import payers_of, shares_of, tasks_of, visible_purchase


@dataclass(frozen=True, slots=True)
class Overview:
    """A purchase, who takes part in the order of joining, and its tasks; amounts are in minor units."""

    purchase: Purchase
    chat_title: str | None
    participants: Sequence[tuple[Participant, User]]
    tasks: Sequence[Task]
    payers: Mapping[TaskId, Mapping[UserId, int]]
    shares: Mapping[TaskId, Mapping[UserId, TaskShare]]

    @property
    def total_minor(self) -> int:
        """Return what all done tasks cost together."""
        return sum(task.cost_minor or 0 for task in self.tasks if task.status == TaskStatus.DONE)

    def paid_minor(self, user_id: UserId) -> int:
        """Return what a person paid for done tasks."""
        return sum(paid.get(user_id, 0) for paid in self.payers.values())

    def share_minor(self, user_id: UserId) -> int:
        """Return what a person bears of done tasks."""
        return sum(people[user_id].share_minor for people in self.shares.values() if user_id in people)

    def takes_part(self, user_id: UserId) -> bool:
        """Return whether a person takes part now."""
        return any(user.id == user_id for _, user in self.participants)


@dataclass(frozen=True, slots=True)
class Summary:
    """A purchase in a list; `net_minor` is what the person paid less what they bear."""

    purchase: Purchase
    chat_title: str | None
    participants: int
    total_minor: int
    net_minor: int


async def overview(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Overview:
    """Return a purchase that the actor may see, with all that belongs to it.

    :raises PurchaseNotFound: as `visible_purchase`.
    """
    purchase = await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    chat_title = await session.scalar(select(Chat.title).where(Chat.id == purchase.chat_id))
    now_in = (Participant.purchase_id == purchase_id) & Participant.left_at.is_(None)
    people = select(Participant, User).join(User, User.id == Participant.user_id).where(now_in)
    rows = await session.execute(people.order_by(Participant.joined_at, User.id))
    return Overview(
        purchase=purchase,
        chat_title=chat_title,
        participants=[(participant, user) for participant, user in rows],
        tasks=await tasks_of(session, purchase_id),
        payers=await payers_of(session, purchase_id),
        shares=await shares_of(session, purchase_id),
    )


async def summaries(
    session: AsyncSession, *, actor: Actor, joined: bool, is_closed: bool | None, limit: int, offset: int
) -> tuple[list[Summary], int]:
    """Return a page of the purchases that the actor takes part in, the newest first, and how many there are.

    Not `joined` are those of the chats they are in that they do not take part in. With `is_closed` only those that are
    closed, or that are not.
    """
    own = (Participant.user_id == actor.user_id) & Participant.left_at.is_(None)
    is_own = Purchase.id.in_(select(Participant.purchase_id).where(own))
    wanted = is_own if joined else Purchase.chat_id.in_(ids_of_chats(actor.user_id)) & ~is_own
    if is_closed is not None:
        closed = Purchase.status == PurchaseStatus.CLOSED
        wanted &= closed if is_closed else ~closed
    found = select(Purchase).where(wanted)
    paid = _sum_of(select(func.sum(TaskPayer.paid_minor)).join(Task).where(TaskPayer.user_id == actor.user_id))
    borne = _sum_of(select(func.sum(TaskShare.share_minor)).join(Task).where(TaskShare.user_id == actor.user_id))
    cost = _sum_of(select(func.sum(Task.cost_minor)))
    page = (
        found.outerjoin(Chat, Chat.id == Purchase.chat_id)
        .add_columns(Chat.title, _people(), cost, paid - borne)
        .order_by(Purchase.id.desc())
    )
    rows = await session.execute(page.limit(limit).offset(offset))
    total = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return [Summary(*row) for row in rows], total


def _people() -> ScalarSelect[int]:
    now_in = (Participant.purchase_id == Purchase.id) & Participant.left_at.is_(None)
    return select(func.count()).select_from(Participant).where(now_in).correlate(Purchase).scalar_subquery()


def _sum_of(amounts: Select[Any]) -> ColumnElement[int]:
    """Return what amounts of done tasks of a purchase sum to."""
    done = (Task.purchase_id == Purchase.id) & (Task.status == TaskStatus.DONE)
    return cast(func.coalesce(amounts.where(done).correlate(Purchase).scalar_subquery(), 0), BigInteger)
