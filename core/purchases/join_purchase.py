"""A person takes part in a purchase."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import PurchaseId
from core.purchases.events import ParticipantJoined
from core.purchases.happened import happened
from core.purchases.models import Participant, Purchase
from core.purchases.queries import locked_purchase, takes_part
from core.purchases.rules import check_active


async def join_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, now: datetime) -> bool:
    """Take part in a purchase of the actor's chat; return False if they did already.

    :raises PurchaseNotFound: if it belongs to another chat.
    :raises NotActive: if it is locked or closed.
    """
    purchase = await locked_purchase(session, actor=actor, purchase_id=purchase_id)
    return await enter(session, purchase, actor, now=now)


async def enter(session: AsyncSession, purchase: Purchase, actor: Actor, *, now: datetime) -> bool:
    """Make the actor a participant of a purchase whose row is held; return False if they are one.

    :raises NotActive: if it is locked or closed.
    """
    if await takes_part(session, purchase_id=purchase.id, user_id=actor.user_id):
        return False
    check_active(purchase)
    row = insert(Participant).values(purchase_id=purchase.id, user_id=actor.user_id, joined_at=now)
    back = {"joined_at": now, "left_at": None}
    await session.execute(row.on_conflict_do_update(index_elements=["purchase_id", "user_id"], set_=back))
    happened(session, purchase, ParticipantJoined(purchase_id=purchase.id, actor_id=actor.user_id), now=now)
    return True
