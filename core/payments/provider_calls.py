"""What providers are to be asked about attempts, when, and what follows from their answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.identity.reachability import address_of
from core.ids import AttemptId
from core.money import Money
from core.payments.authorize_payment import AUTHORIZED_FOR
from core.payments.models import OPEN, Attempt, AttemptStatus, Rail
from core.payments.provider import Outcome, PaymentRequest, PaymentState
from core.payments.queries import hold_attempt
from core.payments.settle_attempt import fail_attempt
from core.payments.take_payment_state import LOOK_AGAIN, Taken, take_payment_state
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say_plain

LEASE = timedelta(seconds=65)  # longer than any call may take; a worker that died is stood in for after that
# A provider forgets a key a day after the first request; asked later, the same key would make a second payment.
KEY_LIVES = timedelta(hours=23)
LIST_OVERLAP = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=25)
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 10, 30, 60))
LOOK_AGAIN_LATER = timedelta(minutes=5)
INVOICE_LIVES = timedelta(hours=1)
EXPIRED = "expired"
REFUSED = "refused"


class Ask(StrEnum):
    """What to ask."""

    CREATE = "create"
    FETCH = "fetch"
    FIND = "find"  # the key may be forgotten: look for the payment in the provider's list
    NOTHING = "nothing"  # an invoice that Telegram was asked for has no id to ask about: its time is over


@dataclass(frozen=True, slots=True)
class Call:
    """A question to a provider about an attempt."""

    ask: Ask
    provider: str
    attempt_id: AttemptId
    payment_id: str | None
    request: PaymentRequest
    since: datetime
    until: datetime


async def claim_call(
    session: AsyncSession, *, providers: Collection[str], return_url: str, now: datetime
) -> Call | None:
    """Return the next question that is due, and keep others from asking it for a minute."""
    due = (Attempt.rail == Rail.PROVIDER) & Attempt.status.in_(OPEN) & (Attempt.next_call_at <= now)
    found = select(Attempt).where(due, Attempt.provider.in_(providers)).order_by(Attempt.next_call_at).limit(1)
    attempt = await session.scalar(found.with_for_update(skip_locked=True, key_share=True))
    if attempt is None:
        return None
    attempt.next_call_at = now + LEASE
    attempt.calls += 1
    attempt.asked_at = attempt.asked_at or now
    if attempt.provider_payment_id is not None:
        ask = Ask.FETCH
    elif attempt.status == AttemptStatus.PENDING_CONFIRMATION:
        ask = Ask.NOTHING
    else:
        ask = Ask.CREATE if now - attempt.asked_at < KEY_LIVES else Ask.FIND
    assert attempt.provider is not None
    return Call(
        ask=ask,
        provider=attempt.provider,
        attempt_id=attempt.id,
        payment_id=attempt.provider_payment_id,
        request=await _request(session, attempt, return_url),
        since=attempt.asked_at - LIST_OVERLAP,
        until=min(now, attempt.asked_at + KEY_LIVES + LIST_OVERLAP),
    )


async def record_answer(session: AsyncSession, call: Call, state: PaymentState, *, now: datetime) -> Taken:
    """Let the attempt go on as the provider answered. What is no exact answer only lets it be asked again later.

    A refused request ends the attempt, as it had no effect; so does a day without a payment that anybody knows of.
    """
    if state.outcome in {Outcome.SUCCEEDED, Outcome.CANCELED, Outcome.PENDING}:
        known = PaymentState(
            outcome=state.outcome,
            payment_id=state.payment_id or call.payment_id,
            attempt_id=call.attempt_id,
            amount=state.amount,
            fee_minor=state.fee_minor,
            confirmation_url=state.confirmation_url,
            reason=state.reason,
        )
        taken = await take_payment_state(session, provider=call.provider, state=known, now=now)
        if state.outcome != Outcome.PENDING:
            return taken
    _, intent, attempt = await hold_attempt(session, call.attempt_id)
    if attempt.status not in OPEN:
        return Taken.DONE
    # Somebody else who asked meanwhile, or a notice, may have told us of a payment: then there is one.
    is_unknown_to_them = state.outcome == Outcome.REJECTED and attempt.provider_payment_id is None
    is_refused = is_unknown_to_them and call.ask == Ask.CREATE
    is_nowhere = is_unknown_to_them and call.ask in {Ask.FIND, Ask.NOTHING}
    assert attempt.asked_at is not None
    is_being_paid = attempt.authorized_at is not None and now - attempt.authorized_at < AUTHORIZED_FOR
    if call.ask == Ask.NOTHING and is_being_paid:
        assert attempt.authorized_at is not None
        attempt.next_call_at = attempt.authorized_at + AUTHORIZED_FOR  # Telegram was told yes a moment ago
    elif is_refused:
        fail_attempt(session, intent, attempt, status=AttemptStatus.FAILED, reason=state.reason or REFUSED, now=now)
    elif is_nowhere or now - attempt.asked_at > GIVE_UP_AFTER:
        fail_attempt(session, intent, attempt, status=AttemptStatus.EXPIRED, reason=EXPIRED, now=now)
    elif state.outcome == Outcome.PENDING:
        later = LOOK_AGAIN if call.ask == Ask.CREATE else LOOK_AGAIN_LATER
        attempt.next_call_at = now + (INVOICE_LIVES if attempt.provider_payment_id is None else later)
    else:
        attempt.next_call_at = now + AGAIN_AFTER[min(attempt.calls, len(AGAIN_AFTER)) - 1]
    return Taken.DONE


async def _request(session: AsyncSession, attempt: Attempt, return_url: str) -> PaymentRequest:
    address = await address_of(session, attempt.payer_id)
    if attempt.intent_id is None:
        description = say_plain(address.language, "payment-for-wallet")
    else:
        intent = await session.get_one(Intent, attempt.intent_id)
        purchase = await session.get_one(Purchase, intent.purchase_id)
        payee = (await names_of(session, [intent.payee_id], address.language))[intent.payee_id]
        description = say_plain(address.language, "payment-for-debt", purchase=purchase.title, payee=payee)
    return PaymentRequest(
        attempt_id=attempt.id,
        amount=Money(attempt.amount_minor, attempt.currency),
        description=description,
        return_url=return_url,
        language=address.language,
        payer_telegram_id=address.telegram_id,
    )
