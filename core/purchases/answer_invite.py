"""An invited person accepts or declines."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.actor import Actor
from core.ids import InviteId
from core.purchases.events import InviteDeclined
from core.purchases.happened import happened
from core.purchases.join_purchase import enter
from core.purchases.models import Invite, InviteStatus, Purchase
from core.purchases.rules import check_active


class InviteNotFound(NotFound):
    """There is no such invite, or it is for somebody else."""


class InviteAnswered(Conflict):
    """The invite was answered already, the other way."""


async def answer_invite(
    session: AsyncSession, *, actor: Actor, invite_id: InviteId, accept: bool, now: datetime
) -> Purchase:
    """Accept or decline an invite and return its purchase; the same answer twice is the same as once.

    :raises InviteNotFound: if it is not for the actor.
    :raises InviteAnswered: if the actor has answered the opposite.
    :raises NotActive: if the purchase was locked or closed meanwhile.
    """
    invite, purchase = await open_invite(session, actor=actor, invite_id=invite_id)
    wanted = InviteStatus.ACCEPTED if accept else InviteStatus.DECLINED
    if invite.status == wanted:
        return purchase
    if invite.status != InviteStatus.PENDING:
        raise InviteAnswered(answer=invite.status)
    check_active(purchase)
    invite.status, invite.answered_at = wanted, now
    if accept:
        await enter(session, purchase, actor, now=now)
    else:
        event = InviteDeclined(
            purchase_id=purchase.id, actor_id=actor.user_id, invite_id=invite.id, inviter_id=invite.inviter_id
        )
        happened(session, purchase, event, now=now)
    return purchase


async def open_invite(session: AsyncSession, *, actor: Actor, invite_id: InviteId) -> tuple[Invite, Purchase]:
    """Return an invite of the actor with its purchase, whose row is held.

    :raises InviteNotFound: if it is not for the actor.
    """
    own = (Invite.id == invite_id) & (Invite.invitee_id == actor.user_id)
    invite = await session.scalar(select(Invite).where(own))
    if invite is None:
        raise InviteNotFound
    held = select(Purchase).where(Purchase.id == invite.purchase_id).with_for_update(key_share=True)
    purchase = (await session.scalars(held.execution_options(populate_existing=True))).one()
    await session.refresh(invite)
    return invite, purchase
