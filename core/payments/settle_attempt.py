"""End an attempt: it paid, in the book too, or it failed and the debt is payable again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.ledger.chart import Leg, settle
from core.ledger.post import post
from core.payments.events import PaymentConfirmed, PaymentReceived
from core.payments.models import Attempt, AttemptStatus, Rail
from core.payments.states import fail, succeed
from core.payments.tell import attempt_happened, attempt_moved
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.settlement.tell_if_settled import tell_if_settled


async def settle_attempt(
    session: AsyncSession,
    purchase: Purchase,
    intent: Intent,
    attempt: Attempt,
    *,
    actor_id: UserId | None = None,
    money: Sequence[Leg] = (),
    now: datetime,
) -> None:
    """Count an open attempt as paid; `money` are the legs by which it came, where they are not posted already.

    The rows of its purchase and debt are held.
    """
    succeed(attempt, intent, now=now)
    gone = settle(
        creditor_id=intent.payee_id,
        debtor_id=intent.payer_id,
        purchase_id=intent.purchase_id,
        currency=intent.currency,
        amount_minor=attempt.amount_minor,
    )
    await post(session, key=f"settle:{attempt.id}", kind="settle", legs=[*money, gone], now=now)
    left = intent.left_minor
    if attempt.rail == Rail.MANUAL:
        attempt_happened(
            session, PaymentConfirmed, purchase, intent, attempt, actor_id=actor_id, now=now, left_minor=left
        )
    else:
        attempt_happened(
            session,
            PaymentReceived,
            purchase,
            intent,
            attempt,
            actor_id=attempt.payer_id,
            now=now,
            rail=attempt.rail,
            service_fee_minor=attempt.service_fee_minor,
            left_minor=left,
        )
        attempt_moved(session, attempt)
    await tell_if_settled(session, purchase, actor_id=actor_id, now=now)


async def settle_top_up(session: AsyncSession, attempt: Attempt, *, money: Sequence[Leg], now: datetime) -> None:
    """Count an open top-up as paid; its row is held."""
    succeed(attempt, None, now=now)
    await post(session, key=f"settle:{attempt.id}", kind="top_up", legs=money, now=now)
    attempt_moved(session, attempt)


def fail_attempt(
    session: AsyncSession,
    intent: Intent | None,
    attempt: Attempt,
    *,
    status: AttemptStatus = AttemptStatus.CANCELED,
    reason: str,
    now: datetime,
) -> None:
    """End an open attempt by a wallet or a provider without effect; its row and its debt's are held."""
    fail(attempt, intent, status, reason, now=now)
    attempt_moved(session, attempt)
