"""An invite, for the two people whom it concerns."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import InviteId
from core.purchases.answer_invite import InviteNotFound
from core.purchases.models import Invite, Purchase


async def own_invite(session: AsyncSession, *, actor: Actor, invite_id: InviteId) -> tuple[Invite, Purchase]:
    """Return an invite that the actor got or made, with its purchase.

    :raises InviteNotFound: if there is none.
    """
    own = or_(Invite.invitee_id == actor.user_id, Invite.inviter_id == actor.user_id)
    found = select(Invite, Purchase).join(Purchase, Purchase.id == Invite.purchase_id)
    row = (await session.execute(found.where(Invite.id == invite_id, own))).one_or_none()
    if row is None:
        raise InviteNotFound
    invite, purchase = row
    return invite, purchase
