"""Forget who a person is, on their request: what is left of them is amounts in other people's books, under no name."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.models import User
from core.identity.people import PersonNotFound
from core.ids import UserId
from core.notifications.card_upkeep import redraw
from core.personal_data.forget import forget
from core.personal_data.open_matters import open_matters
from core.purchases.events import OrganizerChanged, ParticipantLeft
from core.purchases.happened import happened
from core.purchases.leave_purchase import take_off
from core.purchases.models import Invite, Participant, Purchase, PurchaseStatus
from core.reminders.models import Reminder, ReminderStatus

TITLES_SHOWN_MAX = 2


class StillInTheWay(Conflict):
    """Money or shares of the person are open between them and others; the params say what."""


async def erase_person(session: AsyncSession, *, user_id: UserId, now: datetime) -> None:
    """Forget a person; the edge has made sure that it is they, or an operator, who ask. Twice is the same as once.

    They leave what is not split yet, and who has taken part longest becomes the organiser of what they organised. If
    they come back, they are somebody new.

    :raises PersonNotFound: if there is none.
    :raises StillInTheWay: if money or shares of theirs are open.
    """
    user, took_part = await hold_all_of(session, user_id)
    if user.erased_at is None:
        await erase_held(session, user, took_part, now=now)


async def erase_held(session: AsyncSession, user: User, took_part: Collection[Purchase], *, now: datetime) -> None:
    """Forget a person who is held with all that changes, as `hold_all_of` does it, and was not forgotten before.

    :raises StillInTheWay: if money or shares of theirs are open.
    """
    user_id = user.id
    await check_nothing_is_open(session, user_id)
    for purchase in took_part:
        if purchase.status != PurchaseStatus.CLOSED:
            await _go(session, purchase, user_id, now=now)
    await session.flush()
    seen_in = {purchase.id for purchase in took_part}
    await forget(session, user, purchase_ids=seen_in, now=now)
    await redraw(session, sorted(seen_in))


async def hold_all_of(session: AsyncSession, user_id: UserId) -> tuple[User, list[Purchase]]:
    """Hold what erasing a person changes, in the order in which everybody does; return them and their purchases.

    :raises PersonNotFound: if there is none.
    """
    took_part = await _held_purchases(session, user_id)
    await _hold_reminders(session, user_id)
    user = await session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise PersonNotFound
    return user, took_part


async def check_nothing_is_open(session: AsyncSession, user_id: UserId) -> None:
    """:raises StillInTheWay: if the person cannot be forgotten now, with all that is open."""
    matters = await open_matters(session, user_id)
    if matters.are_none:
        return
    titles = list(matters.purchases[:TITLES_SHOWN_MAX])
    titles += ["…"] if len(matters.purchases) > len(titles) else []
    raise StillInTheWay(
        has_wallet="yes" if matters.wallet else "no",
        wallet=matters.wallet,
        debts=matters.debts,
        payments=matters.payments,
        withdrawals=matters.withdrawals,
        has_purchases="yes" if titles else "no",
        purchases=", ".join(titles),
    )


async def _held_purchases(session: AsyncSession, user_id: UserId) -> list[Purchase]:
    """Return every purchase that the person has to do with, held against changes."""
    took_part = select(Participant.purchase_id).where(Participant.user_id == user_id)
    invited = select(Invite.purchase_id).where((Invite.invitee_id == user_id) | (Invite.inviter_id == user_id))
    known = (Purchase.owner_id == user_id) | Purchase.id.in_(took_part) | Purchase.id.in_(invited)
    held = select(Purchase).where(known).order_by(Purchase.id).with_for_update(key_share=True)
    return list(await session.scalars(held.execution_options(populate_existing=True)))


async def _hold_reminders(session: AsyncSession, user_id: UserId) -> None:
    """Hold what the person waits to be told of debts: before the person, as whoever tells them does."""
    waiting = (Reminder.user_id == user_id) & (Reminder.status == ReminderStatus.WAITING)
    await session.execute(select(Reminder.number).where(waiting).order_by(Reminder.intent_id).with_for_update())


async def _go(session: AsyncSession, purchase: Purchase, user_id: UserId, *, now: datetime) -> None:
    """Let somebody else organise an unfinished purchase, and end the person's part in it if it is not split yet."""
    others = (Participant.purchase_id == purchase.id) & (Participant.user_id != user_id)
    longest = select(Participant.user_id).where(others, Participant.left_at.is_(None))
    if purchase.owner_id == user_id:
        heir = await session.scalar(longest.order_by(Participant.joined_at, Participant.user_id).limit(1))
        if heir is None:
            return  # there is nobody to whom it matters
        purchase.owner_id = heir
        handed_over = OrganizerChanged(purchase_id=purchase.id, actor_id=None, user_id=heir)
        happened(session, purchase, handed_over, now=now)
    participant = await session.get(Participant, (purchase.id, user_id))
    if purchase.status == PurchaseStatus.ACTIVE and participant is not None and participant.left_at is None:
        await take_off(session, purchase, user_id, now=now)
        happened(session, purchase, ParticipantLeft(purchase_id=purchase.id, actor_id=user_id), now=now)
