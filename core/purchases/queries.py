"""Read purchases, and lock them: whoever has no business with one gets "not found"."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.models import ChatMember, User
from core.ids import ChatId, PurchaseId, TaskId, UserId
from core.purchases.models import (
    HistoryRow,
    Invite,
    InviteStatus,
    Participant,
    Purchase,
    PurchaseStatus,
    Task,
    TaskPayer,
    TaskShare,
    TaskStatus,
)
from core.purchases.rules import NotParticipant, PurchaseNotFound, TaskNotFound

OPEN_LIST_MAX = 20


async def visible_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Purchase:
    """Return a purchase that the actor takes part in or that belongs to the chat they act in.

    :raises PurchaseNotFound: if there is none, or it is none of theirs.
    """
    return await _found(session, actor, select(Purchase).where(Purchase.id == purchase_id))


async def own_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Purchase:
    """Return a purchase that the actor takes part in.

    :raises PurchaseNotFound: if there is none, or it is none of theirs.
    :raises NotParticipant: if they only see it in their chat.
    """
    purchase = await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    if not await takes_part(session, purchase_id=purchase_id, user_id=actor.user_id):
        raise NotParticipant
    return purchase


async def locked_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Purchase:
    """Return a visible purchase and hold its row until the transaction ends, so that nobody changes it meanwhile.

    :raises PurchaseNotFound: as `visible_purchase`.
    """
    held = select(Purchase).where(Purchase.id == purchase_id).with_for_update(key_share=True)
    return await _found(session, actor, held.execution_options(populate_existing=True))


async def locked_own_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Purchase:
    """Return a purchase that the actor takes part in, held as by `locked_purchase`.

    :raises PurchaseNotFound, NotParticipant: as `own_purchase`.
    """
    purchase = await locked_purchase(session, actor=actor, purchase_id=purchase_id)
    if not await takes_part(session, purchase_id=purchase_id, user_id=actor.user_id):
        raise NotParticipant
    return purchase


async def locked_task(session: AsyncSession, *, actor: Actor, task_id: TaskId) -> tuple[Purchase, Task]:
    """Return a task of a purchase that the actor takes part in; the purchase's row is held.

    :raises TaskNotFound: if there is none, it is void, or it is none of theirs.
    :raises NotParticipant: if they only see the purchase in their chat.
    """
    held = select(Purchase).where(Purchase.id == _purchase_of(task_id)).with_for_update(key_share=True)
    try:
        purchase = await _found(session, actor, held.execution_options(populate_existing=True))
    except PurchaseNotFound:
        raise TaskNotFound from None
    # Read when the purchase is held, with whether the actor takes part: nobody can change either any more.
    own = (Participant.purchase_id == Task.purchase_id) & (Participant.user_id == actor.user_id)
    now_in = own & Participant.left_at.is_(None)
    wanted = select(Task, Participant.user_id).outerjoin(Participant, now_in).where(Task.id == task_id)
    task, participant_id = (await session.execute(wanted.execution_options(populate_existing=True))).one()
    if participant_id is None:
        raise NotParticipant
    if task.status == TaskStatus.VOID:
        raise TaskNotFound
    return purchase, task


def _purchase_of(task_id: TaskId) -> ScalarSelect[PurchaseId]:
    return select(Task.purchase_id).where(Task.id == task_id).scalar_subquery()


async def visible_task(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, task_id: TaskId) -> Task:
    """Return a task of just this purchase, which the actor sees.

    :raises PurchaseNotFound: as `visible_purchase`.
    :raises TaskNotFound: if the purchase has no such task, or it is void.
    """
    await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    task = await session.scalar(select(Task).where(Task.id == task_id, Task.purchase_id == purchase_id))
    if task is None or task.status == TaskStatus.VOID:
        raise TaskNotFound
    return task


async def invites_to(
    session: AsyncSession, *, actor: Actor, limit: int, offset: int = 0
) -> tuple[list[tuple[Invite, Purchase]], int]:
    """Return a page of the invites that wait for the actor's answer, the newest first, and how many there are."""
    return await _pending(session, Invite.invitee_id == actor.user_id, limit, offset)


async def invites_of(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, limit: int, offset: int = 0
) -> tuple[list[tuple[Invite, Purchase]], int]:
    """Return a page of the invites to a purchase that nobody has answered, the newest first, and how many there are.

    :raises PurchaseNotFound: as `visible_purchase`.
    """
    await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    return await _pending(session, Invite.purchase_id == purchase_id, limit, offset)


async def takes_part(session: AsyncSession, *, purchase_id: PurchaseId, user_id: UserId) -> bool:
    """Return whether a person takes part in a purchase now."""
    participant = await session.get(Participant, (purchase_id, user_id), populate_existing=True)
    return participant is not None and participant.left_at is None


async def people_who_see(session: AsyncSession, purchase_ids: Collection[PurchaseId]) -> dict[PurchaseId, set[UserId]]:
    """Return who may see each purchase now: who takes part, and the known members of its chat."""
    now_in = select(Participant.purchase_id, Participant.user_id).where(
        Participant.purchase_id.in_(purchase_ids), Participant.left_at.is_(None)
    )
    there = select(Purchase.id, ChatMember.user_id).join(ChatMember, ChatMember.chat_id == Purchase.chat_id)
    there = there.where(Purchase.id.in_(purchase_ids), ChatMember.is_member)
    see: dict[PurchaseId, set[UserId]] = {}
    if purchase_ids:
        for purchase_id, user_id in await session.execute(union(now_in, there)):
            see.setdefault(purchase_id, set()).add(user_id)
    return see


async def participants_of(session: AsyncSession, purchase_id: PurchaseId) -> list[User]:
    """Return who takes part now, in the order of joining."""
    now_in = (Participant.purchase_id == purchase_id) & Participant.left_at.is_(None)
    people = select(User).join(Participant, Participant.user_id == User.id).where(now_in)
    return list(await session.scalars(people.order_by(Participant.joined_at, User.id)))


async def tasks_of(session: AsyncSession, purchase_id: PurchaseId) -> list[Task]:
    """Return the tasks that are not void, in the order of adding."""
    kept = (Task.purchase_id == purchase_id) & (Task.status != TaskStatus.VOID)
    return list(await session.scalars(select(Task).where(kept).order_by(Task.number)))


async def payers_of(session: AsyncSession, purchase_id: PurchaseId) -> dict[TaskId, dict[UserId, int]]:
    """Return what each person paid for each done task, in minor units."""
    rows = select(TaskPayer).join(Task).where(Task.purchase_id == purchase_id, Task.status == TaskStatus.DONE)
    paid: dict[TaskId, dict[UserId, int]] = {}
    for row in await session.scalars(rows):
        paid.setdefault(row.task_id, {})[row.user_id] = row.paid_minor
    return paid


async def shares_of(session: AsyncSession, purchase_id: PurchaseId) -> dict[TaskId, dict[UserId, TaskShare]]:
    """Return the stored share of each person in each done task."""
    rows = select(TaskShare).join(Task).where(Task.purchase_id == purchase_id, Task.status == TaskStatus.DONE)
    shares: dict[TaskId, dict[UserId, TaskShare]] = {}
    for row in await session.scalars(rows):
        shares.setdefault(row.task_id, {})[row.user_id] = row
    return shares


async def result_of(session: AsyncSession, task_id: TaskId) -> tuple[dict[UserId, int], dict[UserId, TaskShare]]:
    """Return what each person paid for one task, in minor units, and the stored share of each; nothing if not done."""
    payers = await session.scalars(select(TaskPayer).where(TaskPayer.task_id == task_id))
    shares = await session.scalars(select(TaskShare).where(TaskShare.task_id == task_id))
    return {row.user_id: row.paid_minor for row in payers}, {row.user_id: row for row in shares}


async def purchases_in_chat(session: AsyncSession, chat_id: ChatId) -> list[Purchase]:
    """Return the purchases of a chat that are not closed, the newest first."""
    going_on = (Purchase.chat_id == chat_id) & (Purchase.status != PurchaseStatus.CLOSED)
    newest = select(Purchase).where(going_on).order_by(Purchase.id.desc()).limit(OPEN_LIST_MAX)
    return list(await session.scalars(newest))


async def purchases_of(session: AsyncSession, user_id: UserId) -> list[Purchase]:
    """Return the purchases that a person takes part in and that are not closed, the newest first."""
    own = (Participant.user_id == user_id) & Participant.left_at.is_(None) & (Purchase.status != PurchaseStatus.CLOSED)
    newest = select(Purchase).join(Participant, Participant.purchase_id == Purchase.id).where(own)
    return list(await session.scalars(newest.order_by(Purchase.id.desc()).limit(OPEN_LIST_MAX)))


async def history_of(
    session: AsyncSession,
    *,
    actor: Actor,
    purchase_id: PurchaseId,
    limit: int,
    offset: int = 0,
    before: int | None = None,
) -> list[HistoryRow]:
    """Return what happened to a purchase, the newest first, perhaps only what was `before` a row.

    What became of its debts is for those who take part.

    :raises PurchaseNotFound: as `visible_purchase`.
    """
    await visible_purchase(session, actor=actor, purchase_id=purchase_id)
    newest = select(HistoryRow).where(HistoryRow.purchase_id == purchase_id).order_by(HistoryRow.id.desc())
    if not await takes_part(session, purchase_id=purchase_id, user_id=actor.user_id):
        newest = newest.where(~HistoryRow.payload.has_key("intent_id"))
    if before is not None:
        newest = newest.where(HistoryRow.id < before)
    return list(await session.scalars(newest.limit(limit).offset(offset)))


async def _pending(
    session: AsyncSession, whose: ColumnElement[bool], limit: int, offset: int
) -> tuple[list[tuple[Invite, Purchase]], int]:
    pending = whose & (Invite.status == InviteStatus.PENDING)
    found = select(Invite, Purchase).join(Purchase, Purchase.id == Invite.purchase_id).where(pending)
    rows = await session.execute(found.order_by(Invite.id.desc()).limit(limit).offset(offset))
    total = await session.scalar(select(func.count()).select_from(Invite).where(pending)) or 0
    return [(invite, purchase) for invite, purchase in rows], total


async def _found(session: AsyncSession, actor: Actor, wanted: Select[Purchase]) -> Purchase:
    own = exists().where(
        Participant.purchase_id == Purchase.id, Participant.user_id == actor.user_id, Participant.left_at.is_(None)
    )
    visible = own if actor.chat_id is None else own | (Purchase.chat_id == actor.chat_id)
    purchase = await session.scalar(wanted.where(visible))
    if purchase is None:
        raise PurchaseNotFound
    return purchase
