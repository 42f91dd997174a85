"""Believe what a provider says of a payment: the only way in which its money enters the book."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import AttemptId
from core.ledger.chart import Leg, fee_expense, fee_revenue, provider_clearing, suspense, wallet
from core.ledger.models import Journal
from core.ledger.post import post
from core.money import EXPONENTS, Money
from core.outbox.emit import emit
from core.payments.events import CameLate
from core.payments.models import OPEN, Attempt, AttemptStatus
from core.payments.provider import Outcome, PaymentState
from core.payments.queries import Held, hold_attempt
from core.payments.settle_attempt import fail_attempt, settle_attempt, settle_top_up
from core.payments.tell import attempt_moved

log = structlog.get_logger()
LOOK_AGAIN = timedelta(minutes=2)  # notices get lost; what is pending is asked for
AMOUNT_MISMATCH = "amount_mismatch"
REASON_UNKNOWN = "unknown"


class Taken(StrEnum):
    """What came of a provider's word."""

    DONE = "done"
    NO_ATTEMPT = "no_attempt"  # we know of none: perhaps not yet
    SUSPENSE = "suspense"  # money that is not what was asked for; an operator has to look


async def take_payment_state(session: AsyncSession, *, provider: str, state: PaymentState, now: datetime) -> Taken:
    """Let the attempt that a payment was made for end as the provider says; told again, nothing changes.

    Amount and currency are compared with the attempt's: other money goes to suspense, never to a wallet, and stays
    there until an operator decides, whatever is said of it later. What comes for an attempt that has ended goes to its
    payer's wallet. The caller has verified or fetched the state.
    """
    attempt_id = await _attempt_id(session, provider, state)
    if attempt_id is None:
        return Taken.NO_ATTEMPT
    held = await hold_attempt(session, attempt_id)
    _remember(session, held.attempt, state, now)
    if state.outcome == Outcome.SUCCEEDED:
        return await _take_money(session, held, provider, state, now)
    if state.outcome == Outcome.CANCELED:
        _take_refusal(session, held, state, now)
    return Taken.DONE


async def put_into_suspense(session: AsyncSession, *, provider: str, state: PaymentState, now: datetime) -> None:
    """Book money that a provider took and that nobody can place; once for each payment, as it was told first."""
    key = _suspense_key(provider, state)
    if await _stands(session, key):
        return
    log.error("money-in-suspense", provider=provider, payment_id=state.payment_id, attempt_id=str(state.attempt_id))
    amount, payment_id = state.amount, state.payment_id
    if amount is None or payment_id is None or amount.minor == 0 or amount.currency not in EXPONENTS:
        return  # nothing that the book could hold: the notice and the log are what an operator has
    shard_key = uuid5(NAMESPACE_URL, payment_id)
    clearing = provider_clearing(provider, amount.currency, shard_key)
    legs = [Leg(clearing, suspense(provider, amount.currency), amount.minor)]
    if state.fee_minor:
        legs.append(Leg(fee_expense(provider, amount.currency, shard_key), clearing, state.fee_minor))
    meta = {"provider": provider, "payment_id": payment_id, "attempt_id": str(state.attempt_id or "")}
    await post(session, key=key, kind="suspense", legs=legs, meta=meta, now=now)


async def is_put_aside(session: AsyncSession, *, provider: str, state: PaymentState) -> bool:
    """Return whether the money of a payment came late, or lies in suspense: it is not booked a second time."""
    return await _stands(session, _late_key(provider, state), _suspense_key(provider, state))


async def _attempt_id(session: AsyncSession, provider: str, state: PaymentState) -> AttemptId | None:
    found = None
    if state.payment_id is not None:
        by_payment = (Attempt.provider == provider) & (Attempt.provider_payment_id == state.payment_id)
        found = await session.scalar(select(Attempt.id).where(by_payment))
    if found is None and state.attempt_id is not None:
        by_id = (Attempt.provider == provider) & (Attempt.id == state.attempt_id)
        found = await session.scalar(select(Attempt.id).where(by_id))
    return found


def _remember(session: AsyncSession, attempt: Attempt, state: PaymentState, now: datetime) -> None:
    # Also where the attempt has ended meanwhile: what is paid after all must be known for the payer's.
    if state.payment_id is not None and attempt.provider_payment_id is None:
        attempt.provider_payment_id = state.payment_id
    if state.outcome != Outcome.PENDING or attempt.status not in OPEN:
        return
    attempt.next_call_at = now + LOOK_AGAIN
    is_new = attempt.status == AttemptStatus.CREATED or attempt.confirmation_url != (
        state.confirmation_url or attempt.confirmation_url
    )
    attempt.status = AttemptStatus.PENDING_CONFIRMATION
    attempt.confirmation_url = state.confirmation_url or attempt.confirmation_url
    if is_new:
        attempt_moved(session, attempt)


async def _take_money(session: AsyncSession, held: Held, provider: str, state: PaymentState, now: datetime) -> Taken:
    attempt = held.attempt
    assert state.payment_id is not None, "a payment that succeeded has an id"
    is_same_payment = attempt.provider_payment_id == state.payment_id
    is_settled = attempt.status == AttemptStatus.SUCCEEDED and is_same_payment
    if is_settled or await _stands(session, _late_key(provider, state)):
        return Taken.DONE  # perhaps told with a fee or an amount now that was not told then
    is_in_suspense = await _stands(session, _suspense_key(provider, state))
    if is_in_suspense or state.amount != Money(attempt.amount_minor, attempt.currency):
        await put_into_suspense(session, provider=provider, state=state, now=now)
        if attempt.status in OPEN and is_same_payment:
            fail_attempt(session, held.intent, attempt, status=AttemptStatus.FAILED, reason=AMOUNT_MISMATCH, now=now)
        return Taken.SUSPENSE
    if attempt.status not in OPEN:
        await _take_late(session, attempt, provider, state, now)
        return Taken.DONE
    # Another payment for the same attempt than the first that we heard of: this one was paid, so this one counts.
    attempt.provider_payment_id = state.payment_id
    attempt.provider_fee_minor = state.fee_minor
    payee_id = attempt.payer_id if held.intent is None else held.intent.payee_id
    clearing = provider_clearing(provider, attempt.currency, attempt.payer_id)
    net = attempt.amount_minor - attempt.service_fee_minor
    money = [Leg(clearing, wallet(payee_id, attempt.currency), net)]
    if attempt.service_fee_minor:
        money.append(Leg(clearing, fee_revenue(attempt.currency, attempt.payer_id), attempt.service_fee_minor))
    money += _provider_fee(attempt, provider, state)
    if held.intent is None:
        await settle_top_up(session, attempt, money=money, now=now)
    else:
        assert held.purchase is not None
        await settle_attempt(session, held.purchase, held.intent, attempt, money=money, now=now)
    return Taken.DONE


async def _take_late(
    session: AsyncSession, attempt: Attempt, provider: str, state: PaymentState, now: datetime
) -> None:
    """Give money that came for an attempt that had ended (or came twice) to whose it is: the payer."""
    key = _late_key(provider, state)
    clearing = provider_clearing(provider, attempt.currency, attempt.payer_id)
    money = [Leg(clearing, wallet(attempt.payer_id, attempt.currency), attempt.amount_minor)]
    money += _provider_fee(attempt, provider, state)
    meta = {"attempt_id": str(attempt.id)}
    await post(session, key=key, kind="came_late", legs=money, meta=meta, now=now)
    log.warning("payment-came-late", attempt_id=str(attempt.id), status=attempt.status)
    event = CameLate(
        attempt_id=attempt.id,
        payer_id=attempt.payer_id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
    )
    emit(session, event)


def _late_key(provider: str, state: PaymentState) -> str:
    return f"late:{provider}:{state.payment_id}"


def _suspense_key(provider: str, state: PaymentState) -> str:
    return f"suspense:{provider}:{state.payment_id}"


async def _stands(session: AsyncSession, *keys: str) -> bool:
    return await session.scalar(select(Journal.id).where(Journal.key.in_(keys)).limit(1)) is not None


def _provider_fee(attempt: Attempt, provider: str, state: PaymentState) -> list[Leg]:
    if not state.fee_minor:
        return []
    expense = fee_expense(provider, attempt.currency, attempt.payer_id)
    return [Leg(expense, provider_clearing(provider, attempt.currency, attempt.payer_id), state.fee_minor)]


def _take_refusal(session: AsyncSession, held: Held, state: PaymentState, now: datetime) -> None:
    attempt = held.attempt
    if attempt.provider_payment_id not in {None, state.payment_id}:
        return  # another payment for the same attempt; the one that counts may still be paid
    if attempt.status in OPEN:
        fail_attempt(session, held.intent, attempt, reason=state.reason or REASON_UNKNOWN, now=now)
    elif attempt.status == AttemptStatus.SUCCEEDED:
        log.error("provider-contradicts-itself", attempt_id=str(attempt.id), payment_id=state.payment_id)
