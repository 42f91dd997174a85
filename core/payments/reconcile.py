"""Compare what a provider lists with what we believe, and mend what is behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.payments.models import OPEN, Attempt, AttemptStatus
from core.payments.provider import Outcome, PaymentState
from core.payments.take_payment_state import Taken, is_put_aside, put_into_suspense, take_payment_state


@dataclass(frozen=True, slots=True)
class Difference:
    """A payment of which the provider and we tell different things, and what was done about it."""

    payment_id: str
    attempt_id: str | None
    provider_says: str
    we_said: str
    done: str


async def reconcile_payment(
    session: AsyncSession, *, provider: str, state: PaymentState, now: datetime
) -> Difference | None:
    """Let our side catch up with one payment of a provider's list; None if both told the same."""
    assert state.payment_id is not None
    before = await _attempt(session, provider, state)
    said = "unknown" if before is None else before.status
    attempt_id = None if before is None else str(before.id)
    if state.outcome == Outcome.PENDING or (before is None and state.outcome != Outcome.SUCCEEDED):
        return None
    if await _is_booked(session, provider, state, before):
        return None
    taken = await take_payment_state(session, provider=provider, state=state, now=now)
    if taken == Taken.NO_ATTEMPT:
        await put_into_suspense(session, provider=provider, state=state, now=now)
        taken = Taken.SUSPENSE
    return Difference(state.payment_id, attempt_id, state.outcome, said, taken)


async def paid_without_provider(
    session: AsyncSession, *, provider: str, listed: Sequence[str], since: datetime, until: datetime
) -> list[Difference]:
    """Return the payments that we count as paid in a span of time and that the provider does not list."""
    ours = (Attempt.provider == provider) & (Attempt.status == AttemptStatus.SUCCEEDED)
    ours &= (Attempt.created_at >= since) & (Attempt.created_at < until)
    found = await session.scalars(select(Attempt).where(ours, Attempt.provider_payment_id.not_in(listed)))
    return [
        Difference(attempt.provider_payment_id or "", str(attempt.id), "unknown", attempt.status, "look into it")
        for attempt in found
    ]


async def _attempt(session: AsyncSession, provider: str, state: PaymentState) -> Attempt | None:
    own = select(Attempt).where(Attempt.provider == provider)
    found = await session.scalar(own.where(Attempt.provider_payment_id == state.payment_id))
    if found is None and state.attempt_id is not None:
        found = await session.scalar(own.where(Attempt.id == state.attempt_id))
    return found


async def _is_booked(session: AsyncSession, provider: str, state: PaymentState, attempt: Attempt | None) -> bool:
    if attempt is not None and state.outcome == Outcome.CANCELED:
        # Of two payments for one attempt, the one that came to nothing is not the one that counts.
        is_another = attempt.provider_payment_id not in {None, state.payment_id}
        return is_another or attempt.status not in {*OPEN, AttemptStatus.SUCCEEDED}
    is_settled = attempt is not None and attempt.status == AttemptStatus.SUCCEEDED
    if attempt is not None and is_settled and attempt.provider_payment_id == state.payment_id:
        return True
    return await is_put_aside(session, provider=provider, state=state)
