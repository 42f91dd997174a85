"""The organiser unlocks the distribution: the debts are canceled, in the ledger too."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId
from core.ledger.reverse import reverse
from core.purchases.events import DistributionUnlocked
from core.purchases.happened import happened
from core.purchases.models import PurchaseStatus
from core.purchases.queries import locked_own_purchase
from core.purchases.rules import check_organizer
from core.settlement.lock_distribution import journal_key
from core.settlement.models import IntentStatus
from core.settlement.queries import intents_of


class NotLocked(Conflict):
    """The distribution is not locked."""


class PaymentsBegan(Conflict):
    """Somebody has paid, or says they have, so the distribution stays as it is."""


async def unlock_distribution(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, now: datetime) -> None:
    """Make the purchase active again, cancel its debts and reverse their journal.

    :raises PurchaseNotFound, NotParticipant, NotTheOrganizer: if it is not the actor's purchase.
    :raises NotLocked: if it is active or closed.
    :raises PaymentsBegan: if anything was paid or written off, or an attempt is open.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_organizer(purchase, actor.user_id)
    if purchase.status != PurchaseStatus.LOCKED:
        raise NotLocked(status=purchase.status)
    intents = await intents_of(session, purchase)
    if any(intent.status == IntentStatus.AWAITING or intent.left_minor < intent.amount_minor for intent in intents):
        raise PaymentsBegan
    for intent in intents:
        intent.status = IntentStatus.CANCELED
        intent.version += 1
    if intents:
        key = journal_key(purchase)
        await reverse(session, journal_key=key, key=f"un{key}", now=now)
    purchase.status, purchase.strategy, purchase.locked_at = PurchaseStatus.ACTIVE, None, None
    event = DistributionUnlocked(purchase_id=purchase.id, actor_id=actor.user_id, lock_number=purchase.lock_number)
    happened(session, purchase, event, now=now)
