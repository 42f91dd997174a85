"""Invites of a placeholder pass to the person who turned out to be meant."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.purchases.models import Invite, InviteStatus


async def claim_invites(session: AsyncSession, *, placeholder_id: UserId, user_id: UserId) -> None:
    """Hand over the invites, except where the person has a pending one to the same purchase already."""
    pending = Invite.status == InviteStatus.PENDING
    own = select(Invite.purchase_id).where(Invite.invitee_id == user_id, pending)
    twice = (Invite.invitee_id == placeholder_id) & pending & Invite.purchase_id.in_(own)
    await session.execute(update(Invite).where(twice).values(status=InviteStatus.DECLINED))
    await session.execute(update(Invite).where(Invite.invitee_id == placeholder_id).values(invitee_id=user_id))
