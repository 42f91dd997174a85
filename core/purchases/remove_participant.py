"""The organiser takes somebody off a purchase."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.ids import PurchaseId, UserId
from core.purchases.events import ParticipantRemoved
from core.purchases.happened import happened
from core.purchases.leave_purchase import take_off
from core.purchases.queries import locked_own_purchase, takes_part
from core.purchases.rules import check_active, check_organizer


class ParticipantNotFound(NotFound):
    """Nobody of this id takes part in the purchase."""


async def remove_participant(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, user_id: UserId, now: datetime
) -> None:
    """End somebody's part in the actor's purchase; what they had taken becomes open again.

    :raises NotTheOrganizer: if it is not the actor's purchase.
    :raises ParticipantNotFound: if that person does not take part.
    :raises OrganizerStays, HasDoneTasks, NotActive: as `leave_purchase`.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_organizer(purchase, actor.user_id)
    check_active(purchase)
    if not await takes_part(session, purchase_id=purchase_id, user_id=user_id):
        raise ParticipantNotFound
    await take_off(session, purchase, user_id, now=now)
    event = ParticipantRemoved(purchase_id=purchase.id, actor_id=actor.user_id, user_id=user_id)
    happened(session, purchase, event, now=now)
