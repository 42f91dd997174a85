"""Small makers of attempts by a provider, and of what the provider says of them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ledger.balances import balance
from core.ledger.chart import suspense, wallet
from core.payments.models import Attempt
from core.payments.provider import Outcome, PaymentState
from core.payments.start_attempt import start_attempt, start_top_up
from core.payments.take_payment_state import Taken, take_payment_state
from core.settlement.models import Intent
from tests.builders import BANK, NO_LIMITS, NOW, paid

URL = "https://bank.example/pay"


async def link(
    session: AsyncSession,
    payer: Actor,
    intent: Intent,
    amount_minor: int | None = None,
    *,
    fee_basis_points: int = 0,
    provider: str = BANK,
    now: datetime = NOW,
) -> Attempt:
    """Return a new attempt of the payer by a provider."""
    attempt = await start_attempt(
        session,
        actor=payer,
        intent_id=intent.id,
        provider=provider,
        amount_minor=amount_minor,
        limits=NO_LIMITS,
        service_fee_basis_points=fee_basis_points,
        now=now,
    )
    await session.flush()
    return attempt


async def top_up(session: AsyncSession, actor: Actor, amount_minor: int, currency: str = "RUB") -> Attempt:
    """Return a new attempt to top up the actor's wallet."""
    attempt = await start_top_up(
        session, actor=actor, amount_minor=amount_minor, currency=currency, provider=BANK, limits=NO_LIMITS, now=NOW
    )
    await session.flush()
    return attempt


def pending(attempt: Attempt, payment_id: str | None = None) -> PaymentState:
    """Return what a provider says of a payment that nobody has paid yet."""
    return replace(paid(attempt, payment_id=payment_id), outcome=Outcome.PENDING, confirmation_url=URL)


def canceled(attempt: Attempt, payment_id: str | None = None, reason: str | None = "card_expired") -> PaymentState:
    """Return what a provider says of a payment that came to nothing."""
    return replace(paid(attempt, payment_id=payment_id), outcome=Outcome.CANCELED, reason=reason)


async def say(session: AsyncSession, state: PaymentState, *, provider: str = BANK, now: datetime = NOW) -> Taken:
    """Let a provider say how a payment stands."""
    taken = await take_payment_state(session, provider=provider, state=state, now=now)
    await session.flush()
    return taken


async def in_wallet(session: AsyncSession, actor: Actor, currency: str = "RUB") -> int:
    """Return what the actor has, in minor units."""
    return await balance(session, wallet(actor.user_id, currency))


async def in_suspense(session: AsyncSession, currency: str = "RUB", *, provider: str = BANK) -> int:
    """Return what a provider took and nobody can place, in minor units."""
    return await balance(session, suspense(provider, currency))
