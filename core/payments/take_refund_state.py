"""Ask providers about refunds, and believe what they say of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.reachability import address_of
from core.ids import RefundId
from core.ledger.chart import provider_clearing
from core.money import Money
from core.payments.models import Attempt, Refund, RefundStatus
from core.payments.provider import Outcome, RefundRequest, RefundState
from core.payments.refund_attempt import cancel_refund, finish_refund, hold_refund
from core.payments.take_payment_state import Taken
from core.texts import say_plain

log = structlog.get_logger()
LEASE = timedelta(seconds=65)
KEY_LIVES = timedelta(hours=23)
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 10, 30, 60))
LOOK_AGAIN = timedelta(minutes=5)  # providers tell of success only, so what is pending is asked for
REASON_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RefundCall:
    """A question to a provider: to give back (`provider_refund_id` is None), or how a refund stands."""

    provider: str
    provider_refund_id: str | None
    request: RefundRequest


async def claim_refund_call(session: AsyncSession, *, providers: Collection[str], now: datetime) -> RefundCall | None:
    """Return the next question that is due, and keep others from asking it for a minute."""
    due = (Refund.status == RefundStatus.PENDING) & (Refund.next_call_at <= now) & Attempt.provider.in_(providers)
    found = select(Refund, Attempt).join(Attempt, Attempt.id == Refund.attempt_id).where(due)
    row = (
        await session.execute(found.order_by(Refund.next_call_at).limit(1).with_for_update(of=Refund, skip_locked=True))
    ).one_or_none()
    if row is None:
        return None
    refund, attempt = row
    refund.next_call_at = now + LEASE
    refund.calls += 1
    refund.asked_at = refund.asked_at or now
    if is_forgotten(refund, now):
        refund.next_call_at = None
        refund.reason = "ask the provider: nobody knows whether it was given back"
        log.error("refund-unknown", refund_id=str(refund.id))
        return None
    assert attempt.provider is not None
    assert attempt.provider_payment_id is not None
    address = await address_of(session, attempt.payer_id)
    request = RefundRequest(
        refund_id=refund.id,
        payment_id=attempt.provider_payment_id,
        amount=Money(refund.amount_minor, refund.currency),
        description=say_plain(address.language, "payment-refund"),
    )
    return RefundCall(attempt.provider, refund.provider_refund_id, request)


def is_forgotten(refund: Refund, now: datetime) -> bool:
    """Return whether the provider may have forgotten the refund's key: asked with it, it would give back twice."""
    if refund.provider_refund_id is not None or refund.asked_at is None:
        return False
    return now - refund.asked_at > KEY_LIVES


async def record_refund_answer(session: AsyncSession, call: RefundCall, state: RefundState, *, now: datetime) -> None:
    """Let the refund go on as the provider answered. A refused request gives nothing back, so it ends the refund."""
    refund_id = call.request.refund_id
    if state.outcome in {Outcome.SUCCEEDED, Outcome.CANCELED}:
        await _take(session, refund_id, call.provider, state, now)
        return
    held, refund = await hold_refund(session, refund_id)
    if refund.status != RefundStatus.PENDING:
        return
    if state.outcome == Outcome.REJECTED and refund.provider_refund_id is None:
        await cancel_refund(session, held, refund, reason=state.reason or REASON_UNKNOWN, now=now)
    elif state.outcome == Outcome.PENDING:
        refund.provider_refund_id = refund.provider_refund_id or state.provider_refund_id
        refund.next_call_at = now + LOOK_AGAIN
    else:
        refund.next_call_at = now + AGAIN_AFTER[min(refund.calls, len(AGAIN_AFTER)) - 1]


async def take_refund_state(session: AsyncSession, *, provider: str, state: RefundState, now: datetime) -> Taken:
    """Let the refund that a provider speaks of end as it says; told again, nothing changes."""
    found = select(Refund.id).join(Attempt, Attempt.id == Refund.attempt_id).where(Attempt.provider == provider)
    refund_id = None
    if state.provider_refund_id is not None:
        refund_id = await session.scalar(found.where(Refund.provider_refund_id == state.provider_refund_id))
    if refund_id is None and state.refund_id is not None:
        refund_id = await session.scalar(found.where(Refund.id == state.refund_id))
    if refund_id is None:
        return Taken.NO_ATTEMPT
    return await _take(session, refund_id, provider, state, now)


async def _take(session: AsyncSession, refund_id: RefundId, provider: str, state: RefundState, now: datetime) -> Taken:
    held, refund = await hold_refund(session, refund_id)
    if refund.status != RefundStatus.PENDING:
        said = {RefundStatus.CANCELED: Outcome.SUCCEEDED, RefundStatus.SUCCEEDED: Outcome.CANCELED}
        if said.get(RefundStatus(refund.status)) == state.outcome:
            # Final states stay; an operator has to look where the money is now.
            log.error("provider-contradicts-itself", refund_id=str(refund.id))
            return Taken.SUSPENSE
        return Taken.DONE
    refund.provider_refund_id = refund.provider_refund_id or state.provider_refund_id
    if state.amount is not None and state.amount != Money(refund.amount_minor, refund.currency):
        log.error("refund-of-another-amount", refund_id=str(refund.id))
        return Taken.SUSPENSE
    if state.outcome == Outcome.SUCCEEDED:
        clearing = provider_clearing(provider, refund.currency, held.attempt.payer_id)
        await finish_refund(session, held, refund, out_of_house=clearing, now=now)
    elif state.outcome == Outcome.CANCELED:
        await cancel_refund(session, held, refund, reason=state.reason or REASON_UNKNOWN, now=now)
    return Taken.DONE
