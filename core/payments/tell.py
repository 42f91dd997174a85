"""Record that something happened to an attempt or a refund."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.outbox.emit import emit
from core.payments.events import AttemptEvent, AttemptMoved, RefundEvent
from core.payments.models import Attempt, Refund
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
    amount_minor: int | None = None,
    **more: Any,
) -> None:
    """Write the history and emit the event of this `kind`; the rows of the purchase and the debt are held.

    The amount is the attempt's unless one is given.
    """
    event = kind(
        purchase_id=purchase.id,
        actor_id=actor_id,
        intent_id=intent.id,
        attempt_id=attempt.id,
        payer_id=intent.payer_id,
        payee_id=intent.payee_id,
        amount_minor=attempt.amount_minor if amount_minor is None else amount_minor,
        currency=attempt.currency,
        **more,
    )
    happened(session, purchase, event, now=now)


def refund_happened(
    session: AsyncSession,
    kind: type[RefundEvent],
    purchase: Purchase,
    intent: Intent,
    attempt: Attempt,
    refund: Refund,
    *,
    actor_id: UserId | None,
    now: datetime,
    **more: Any,
) -> None:
    """Write the history and emit the event of this `kind`; the rows of the purchase and the debt are held."""
    attempt_happened(
        session,
        kind,
        purchase,
        intent,
        attempt,
        actor_id=actor_id,
        now=now,
        amount_minor=refund.amount_minor,
        refund_id=refund.id,
        rail=attempt.rail,
        **more,
    )


def attempt_moved(session: AsyncSession, attempt: Attempt) -> None:
    """Emit that an attempt by a wallet or a provider stands differently now; its row or its debt's is held."""
    emit(session, AttemptMoved(attempt_id=attempt.id, payer_id=attempt.payer_id, status=attempt.status))
