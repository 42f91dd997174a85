"""The organiser closes the books of a purchase."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId
from core.purchases.events import PurchaseClosed
from core.purchases.happened import happened
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_organizer
from core.settlement.queries import all_settled
from core.settlement.unlock_distribution import NotLocked


class DebtsOpen(Conflict):
    """Not every debt is settled yet."""


class AlreadyClosed(Conflict):
    """The books are closed."""


async def close_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, now: datetime) -> Purchase:
    """Close a purchase whose debts are all paid, refunded or written off.

    :raises PurchaseNotFound, NotParticipant, NotTheOrganizer: if it is not the actor's purchase.
    :raises AlreadyClosed, NotLocked: if it is closed already, or was never locked.
    :raises DebtsOpen: if a debt is left.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_organizer(purchase, actor.user_id)
    if purchase.status == PurchaseStatus.CLOSED:
        raise AlreadyClosed
    if purchase.status != PurchaseStatus.LOCKED:
        raise NotLocked(status=purchase.status)
    if not await all_settled(session, purchase):
        raise DebtsOpen
    purchase.status, purchase.closed_at = PurchaseStatus.CLOSED, now
    happened(session, purchase, PurchaseClosed(purchase_id=purchase.id, actor_id=actor.user_id), now=now)
    return purchase
