"""Attempts and requests that nobody will answer any more end, so that what waits for them can go on."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.payments.models import OPEN, Attempt, AttemptStatus, Rail, Refund, RefundStatus
from core.payments.provider_calls import EXPIRED
from core.payments.queries import hold_attempt
from core.payments.refund_attempt import NOT_ANSWERED, cancel_refund, hold_refund
from core.payments.settle_attempt import fail_attempt
from core.settlement.models import Intent

# Who is asked ends an attempt after a day. This is for a provider that was taken out of the settings.
ABANDONED_AFTER = timedelta(days=3)
ANSWER_WITHIN = timedelta(days=14)
BATCH = 100


async def expire_attempts(session: AsyncSession, *, now: datetime) -> int:
    """End attempts by a provider that nobody asks any more, up to a hundred, and return how many.

    Their debts are payable again; what is paid all the same goes to the payer's wallet.
    """
    is_open = (Attempt.rail == Rail.PROVIDER) & Attempt.status.in_(OPEN)
    abandoned = is_open & (Attempt.created_at <= now - ABANDONED_AFTER)
    found = select(Attempt.id).outerjoin(Intent, Intent.id == Attempt.intent_id).where(abandoned)
    # Purchases are held in one order, so that this and whatever else holds several cannot wait for each other.
    in_order = found.order_by(Intent.purchase_id, Intent.id, Attempt.id).limit(BATCH)
    expired = 0
    for attempt_id in (await session.scalars(in_order)).all():
        _, intent, attempt = await hold_attempt(session, attempt_id)
        if attempt.status in OPEN:
            fail_attempt(session, intent, attempt, status=AttemptStatus.EXPIRED, reason=EXPIRED, now=now)
            expired += 1
    return expired


async def expire_refund_requests(session: AsyncSession, *, now: datetime) -> int:
    """End requests for a refund that the payee did not answer in two weeks, up to a hundred, and return how many."""
    unanswered = (Refund.status == RefundStatus.REQUESTED) & (Refund.created_at <= now - ANSWER_WITHIN)
    found = select(Refund.id).join(Attempt, Attempt.id == Refund.attempt_id)
    found = found.join(Intent, Intent.id == Attempt.intent_id).where(unanswered)
    in_order = found.order_by(Intent.purchase_id, Intent.id).limit(BATCH)
    ended = 0
    for refund_id in (await session.scalars(in_order)).all():
        held, refund = await hold_refund(session, refund_id)
        if refund.status == RefundStatus.REQUESTED:
            await cancel_refund(session, held, refund, reason=NOT_ANSWERED, now=now)
            ended += 1
    return ended
