"""Record that something happened to an attempt."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.payments.events import AttemptEvent
from core.payments.models import Attempt
from core.purchases.happened import happened
from core.purchases.models import Purchase
from core.settlement.models import Intent


def attempt_happened(
    session: AsyncSession,
    kind: type[AttemptEvent],
    purchase: Purchase,
    intent: Intent,
    attempt: Attempt,
    *,
    actor_id: UserId | None,
    now: datetime,
    **more: Any,
) -> None:
    """Write the history and emit the event of this `kind`; the rows of the purchase and the debt are held."""
    event = kind(
        purchase_id=purchase.id,
        actor_id=actor_id,
        intent_id=intent.id,
        attempt_id=attempt.id,
        payer_id=intent.payer_id,
        payee_id=intent.payee_id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        **more,
    )
    happened(session, purchase, event, now=now)
