"""Telegram asks whether an invoice may be paid right now: one indexed read and one compare-and-set."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import AttemptId
from core.payments.models import OPEN, Attempt

AUTHORIZED_FOR = timedelta(minutes=2)  # a payment ends in seconds; a card that was declined may be tried again then


class InvoiceNotPayable(Conflict):
    """The invoice is paid, canceled, somebody else's, or for another amount."""


async def authorize_payment(
    session: AsyncSession,
    *,
    actor: Actor,
    attempt_id: AttemptId,
    provider: str,
    amount_minor: int,
    currency: str,
    query_id: str,
    now: datetime,
) -> None:
    """Let one pre-checkout query pass for an attempt of the actor; the same query again passes too.

    A forwarded or repeated invoice can so be paid once only.

    :raises InvoiceNotPayable: if another query passed just before, or it is not this person, amount and currency.
    """
    fitting = (
        (Attempt.id == attempt_id)
        & (Attempt.payer_id == actor.user_id)
        & (Attempt.amount_minor == amount_minor)
        & (Attempt.currency == currency)
        & (Attempt.provider == provider)
        & Attempt.status.in_(OPEN)
        & (
            Attempt.authorized_by.is_(None)
            | (Attempt.authorized_by == query_id)
            | (Attempt.authorized_at < now - AUTHORIZED_FOR)
        )
    )
    values = {"authorized_by": query_id, "authorized_at": now}
    authorized = update(Attempt).where(fitting).values(values).returning(Attempt.id)
    if await session.scalar(authorized) is None:
        raise InvoiceNotPayable
