"""Debts whose due date is over become expired: they are still payable, and it is told once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.purchases.happened import happened
from core.settlement.events import IntentExpired
from core.settlement.models import PAYABLE, Intent, IntentStatus
from core.settlement.queries import hold

BATCH = 100


async def expire_intents(session: AsyncSession, *, now: datetime) -> int:
    """Let debts expire that are due and not being paid, up to a hundred, and return how many.

    The version of a debt stays: nothing has changed of what a person saw when they decided to pay.
    """
    overdue = (Intent.due_at <= now) & Intent.expired_at.is_(None) & Intent.status.in_(PAYABLE)
    # Purchases are held in one order, so that this and whatever else holds several cannot wait for each other.
    in_order = select(Intent).where(overdue).order_by(Intent.purchase_id, Intent.id).limit(BATCH)
    expired = 0
    for found in (await session.scalars(in_order)).all():
        purchase, intent = await hold(session, found)
        if intent.status not in PAYABLE or intent.expired_at is not None:
            continue
        intent.status, intent.expired_at = IntentStatus.EXPIRED, now
        event = IntentExpired(
            purchase_id=purchase.id,
            actor_id=None,
            intent_id=intent.id,
            payer_id=intent.payer_id,
            payee_id=intent.payee_id,
            amount_minor=intent.left_minor,
            currency=intent.currency,
        )
        happened(session, purchase, event, now=now)
        expired += 1
    return expired
