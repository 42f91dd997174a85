"""A participant offers somebody to take part."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.purchases.events import PersonInvited
from core.purchases.happened import happened
from core.purchases.models import Invite, InviteStatus
from core.purchases.queries import locked_own_purchase, takes_part
from core.purchases.rules import check_active


class AlreadyTakesPart(Conflict):
    """The invited person is a participant."""


async def invite_person(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, invitee_id: UserId, now: datetime
) -> Invite:
    """Offer a person to take part; an offer that is not answered yet is returned as it is.

    :raises PurchaseNotFound, NotParticipant: if the actor does not take part.
    :raises AlreadyTakesPart: if the invited person does.
    :raises NotActive: if the purchase is locked or closed.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_active(purchase)
    if await takes_part(session, purchase_id=purchase_id, user_id=invitee_id):
        raise AlreadyTakesPart
    pending = (Invite.purchase_id == purchase_id) & (Invite.invitee_id == invitee_id)
    known = await session.scalar(select(Invite).where(pending, Invite.status == InviteStatus.PENDING))
    if known is not None:
        return known
    invite = Invite(purchase_id=purchase_id, invitee_id=invitee_id, inviter_id=actor.user_id, created_at=now)
    session.add(invite)
    await session.flush()
    event = PersonInvited(purchase_id=purchase_id, actor_id=actor.user_id, invite_id=invite.id, invitee_id=invitee_id)
    happened(session, purchase, event, now=now)
    return invite
