"""Give money of a payment back, all of it or a part, by the rail it came by."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.errors import Conflict, Invalid, NotFound
from core.identity.actor import Actor
from core.ids import AttemptId, RefundId, UserId, new_id
from core.ledger.chart import AccountName, Leg, fee_revenue, refund_clearing, wallet
from core.ledger.post import post
from core.outbox.emit import emit
from core.payments.events import RefundCanceled, RefundRequested, RefundStarted, RefundSucceeded, TopUpRefundMoved
from core.payments.fees import refunded_fee
from core.payments.models import UNFINISHED, Attempt, AttemptStatus, Rail, Refund, RefundStatus
from core.payments.queries import AttemptNotFound, Held, hold_attempt
from core.payments.tell import refund_happened
from core.settlement.models import Intent, IntentStatus

CONFIRM_WITHIN = timedelta(days=7)
DECLINED = "declined"
NOT_ANSWERED = "not_answered"
NOT_RECEIVED = "not_received"


class RefundNotFound(NotFound):
    """There is no such refund, or it is between other people."""


class NothingToRefund(Conflict):
    """The attempt did not succeed, or all of it went back already."""


class WrongRefundAmount(Invalid):
    """A refund is more than zero and not more than what was paid and did not go back yet."""


class RefundUnderWay(Conflict):
    """Another refund of this payment has not ended yet."""


class RefundEnded(Conflict):
    """The refund has ended; `status` says how."""


async def refund_attempt(
    session: AsyncSession,
    *,
    actor: Actor,
    attempt_id: AttemptId,
    now: datetime,
    amount_minor: int | None = None,
) -> Refund:
    """Begin to give back all that did not go back yet of a debt's payment, or an amount in minor units.

    The payee gives what is theirs. Where the organiser asks and is not the payee, the payee has to agree first: nobody
    spends another's money; asking for the same is agreeing. A refund that the same person began and that has not ended
    is returned as it is.

    :raises AttemptNotFound: if the actor is neither the payee nor the organiser, or it is no debt's payment.
    :raises NothingToRefund, WrongRefundAmount, RefundUnderWay: if there is nothing, not so much, or one under way.
    :raises NotEnoughMoney: if the payee's wallet has less; only then nothing has changed.
    """
    held = await _held_for(session, attempt_id)
    assert held.purchase is not None
    assert held.intent is not None
    is_payee = held.intent.payee_id == actor.user_id
    if not is_payee and held.purchase.owner_id != actor.user_id:
        raise AttemptNotFound
    unfinished = await _unfinished(session, attempt_id)
    if unfinished is not None:
        if unfinished.requested_by == actor.user_id and amount_minor in {None, unfinished.amount_minor}:
            return unfinished
        is_agreed = is_payee and amount_minor in {None, unfinished.amount_minor}
        if unfinished.status == RefundStatus.REQUESTED and is_agreed:
            await _start(session, held, unfinished, actor_id=actor.user_id, now=now)
            return unfinished
        raise RefundUnderWay
    refund = _new_refund(held.attempt, amount_minor, now)
    refund.requested_by = actor.user_id
    session.add(refund)
    await session.flush()
    if is_payee:
        await _start(session, held, refund, actor_id=actor.user_id, now=now)
    else:
        refund_happened(session, RefundRequested, held.purchase, held.intent, held.attempt, refund,
                        actor_id=actor.user_id, now=now)  # fmt: skip
    return refund


async def refund_by_operator(
    session: AsyncSession, *, operator: str, attempt_id: AttemptId, amount_minor: int | None = None, now: datetime
) -> Refund:
    """Begin a refund in an operator's name, of a top-up too; the money is that of whom it was paid to.

    :raises AttemptNotFound, NothingToRefund, WrongRefundAmount, RefundUnderWay, NotEnoughMoney: as `refund_attempt`.
    """
    if await session.get(Attempt, attempt_id) is None:
        raise AttemptNotFound
    held = await hold_attempt(session, attempt_id)
    if await _unfinished(session, attempt_id) is not None:
        raise RefundUnderWay
    refund = _new_refund(held.attempt, amount_minor, now)
    refund.operator = operator
    session.add(refund)
    await session.flush()
    await _start(session, held, refund, actor_id=None, now=now)
    return refund


async def answer_refund_request(
    session: AsyncSession, *, actor: Actor, refund_id: RefundId, agrees: bool, now: datetime
) -> Refund:
    """Let the payee agree to a refund that the organiser asked for, or decline it. The same twice is once.

    :raises RefundNotFound: if the actor is not the payee.
    :raises RefundEnded: if it was answered the other way.
    :raises NotEnoughMoney: if the payee's wallet has less; the request stays.
    """
    held, refund = await hold_refund(session, refund_id)
    if held.intent is None or held.intent.payee_id != actor.user_id:
        raise RefundNotFound
    if refund.status != RefundStatus.REQUESTED:
        if agrees == (refund.reason not in {DECLINED, NOT_ANSWERED}):
            return refund
        raise RefundEnded(status=refund.status)
    if agrees:
        await _start(session, held, refund, actor_id=actor.user_id, now=now)
    else:
        await cancel_refund(session, held, refund, reason=DECLINED, actor_id=actor.user_id, now=now)
    return refund


async def answer_manual_refund(
    session: AsyncSession, *, actor: Actor, refund_id: RefundId, received: bool, now: datetime
) -> Refund:
    """Let the one whose money went back outside say whether it came. The same twice is once.

    :raises RefundNotFound: if the actor is not the receiver, or the rail is not the manual one.
    :raises RefundEnded: if it was answered the other way.
    """
    held, refund = await hold_refund(session, refund_id)
    if held.attempt.payer_id != actor.user_id or held.attempt.rail != Rail.MANUAL:
        raise RefundNotFound
    wanted = RefundStatus.SUCCEEDED if received else RefundStatus.CANCELED
    if refund.status == wanted:
        return refund
    if refund.status != RefundStatus.PENDING:
        raise RefundEnded(status=refund.status)
    if received:
        await finish_refund(session, held, refund, actor_id=actor.user_id, now=now)
    else:
        await cancel_refund(session, held, refund, reason=NOT_RECEIVED, actor_id=actor.user_id, now=now)
    return refund


async def confirm_unanswered_refunds(session: AsyncSession, *, now: datetime) -> int:
    """Take manual refunds that nobody answered in time as received, up to a hundred, and return how many."""
    overdue = (Refund.status == RefundStatus.PENDING) & (Refund.confirm_by <= now)
    found = (
        select(Refund.id).join(Attempt, Attempt.id == Refund.attempt_id).join(Intent, Intent.id == Attempt.intent_id)
    )
    # Purchases are held in one order, so that this and the confirming of claims cannot wait for each other.
    in_order = found.where(overdue).order_by(Intent.purchase_id, Intent.id).limit(100)
    confirmed = 0
    for refund_id in (await session.scalars(in_order)).all():
        held, refund = await hold_refund(session, refund_id)
        if refund.status == RefundStatus.PENDING:
            await finish_refund(session, held, refund, actor_id=None, now=now)
            confirmed += 1
    return confirmed


async def hold_refund(session: AsyncSession, refund_id: RefundId) -> tuple[Held, Refund]:
    """Hold the rows of a refund's purchase, debt and attempt and of the refund, in this order.

    :raises RefundNotFound: if there is none.
    """
    refund = await session.get(Refund, refund_id)
    if refund is None:
        raise RefundNotFound
    held = await hold_attempt(session, refund.attempt_id)
    await session.refresh(refund)
    return held, refund


async def finish_refund(
    session: AsyncSession,
    held: Held,
    refund: Refund,
    *,
    out_of_house: AccountName | None = None,
    actor_id: UserId | None = None,
    now: datetime,
) -> None:
    """Count a pending refund as given back; `out_of_house` is the provider's account that paid it."""
    attempt = held.attempt
    if attempt.rail == Rail.PROVIDER:
        assert out_of_house is not None
        gone = Leg(refund_clearing(attempt.payer_id, refund.currency), out_of_house, refund.amount_minor)
        await _post(session, refund, "resolve", "refund", [gone], now)
    refund.status, refund.finished_at, refund.next_call_at = RefundStatus.SUCCEEDED, now, None
    if held.intent is None:
        _tell_top_up(session, held, refund)
        return
    assert held.purchase is not None
    intent = held.intent
    intent.refunded_minor += refund.amount_minor
    intent.version += 1
    if intent.status == IntentStatus.SUCCEEDED and intent.refunded_minor == intent.paid_minor:
        intent.status = IntentStatus.REFUNDED
    refund_happened(session, RefundSucceeded, held.purchase, intent, attempt, refund, actor_id=actor_id, now=now)


async def cancel_refund(
    session: AsyncSession,
    held: Held,
    refund: Refund,
    *,
    reason: str,
    actor_id: UserId | None = None,
    now: datetime,
) -> None:
    """End a refund without effect; what was reserved for it goes back to whose it is."""
    attempt = held.attempt
    if refund.status == RefundStatus.PENDING and attempt.rail == Rail.PROVIDER:
        reserved = refund_clearing(attempt.payer_id, refund.currency)
        back = [Leg(reserved, account, amount) for account, amount in _sources(held, refund) if amount]
        await _post(session, refund, "resolve", "refund_canceled", back, now)
    attempt.refunded_minor -= refund.amount_minor
    refund.status, refund.reason, refund.finished_at = RefundStatus.CANCELED, reason, now
    refund.next_call_at = None
    if held.intent is None:
        _tell_top_up(session, held, refund)
        return
    assert held.purchase is not None
    refund_happened(
        session, RefundCanceled, held.purchase, held.intent, attempt, refund, actor_id=actor_id, now=now, reason=reason
    )


async def _start(session: AsyncSession, held: Held, refund: Refund, *, actor_id: UserId | None, now: datetime) -> None:
    attempt = held.attempt
    refund.status = RefundStatus.PENDING
    if attempt.rail == Rail.WALLET:
        to = wallet(attempt.payer_id, refund.currency)
        back = [Leg(account, to, amount) for account, amount in _sources(held, refund) if amount]
        await _post(session, refund, "post", "refund", back, now)
        await finish_refund(session, held, refund, actor_id=actor_id, now=now)
        return
    if attempt.rail == Rail.PROVIDER:
        to = refund_clearing(attempt.payer_id, refund.currency)
        reserved = [Leg(account, to, amount) for account, amount in _sources(held, refund) if amount]
        await _post(session, refund, "reserve", "refund_reserved", reserved, now)
        refund.next_call_at = now
        session.info[WAKE] = True
    else:
        refund.confirm_by = now + CONFIRM_WITHIN
    if held.intent is None:
        _tell_top_up(session, held, refund)
        return
    assert held.purchase is not None
    refund_happened(session, RefundStarted, held.purchase, held.intent, attempt, refund, actor_id=actor_id, now=now)


async def _held_for(session: AsyncSession, attempt_id: AttemptId) -> Held:
    attempt = await session.get(Attempt, attempt_id)
    if attempt is None or attempt.intent_id is None:
        raise AttemptNotFound
    return await hold_attempt(session, attempt_id)


async def _unfinished(session: AsyncSession, attempt_id: AttemptId) -> Refund | None:
    of_attempt = (Refund.attempt_id == attempt_id) & Refund.status.in_(UNFINISHED)
    return await session.scalar(select(Refund).where(of_attempt))


def _new_refund(attempt: Attempt, amount_minor: int | None, now: datetime) -> Refund:
    """Return a refund that reserves its amount of the attempt, whose row is held."""
    left = attempt.amount_minor - attempt.refunded_minor
    if attempt.status != AttemptStatus.SUCCEEDED or left == 0:
        raise NothingToRefund
    wanted = left if amount_minor is None else amount_minor
    if not 0 < wanted <= left:
        raise WrongRefundAmount(left_minor=left, currency=attempt.currency)
    fee = refunded_fee(
        amount_minor=attempt.amount_minor,
        fee_minor=attempt.service_fee_minor,
        refunded_before=attempt.refunded_minor,
        refund_minor=wanted,
    )
    attempt.refunded_minor += wanted
    return Refund(
        id=RefundId(new_id()),
        attempt_id=attempt.id,
        amount_minor=wanted,
        service_fee_minor=fee,
        currency=attempt.currency,
        status=RefundStatus.REQUESTED,
        created_at=now,
    )


def _sources(held: Held, refund: Refund) -> Sequence[tuple[AccountName, int]]:
    """Return whose money goes back: the payee's (of a top-up, the person's own) and what the house took of it."""
    attempt = held.attempt
    owner: Intent | None = held.intent
    owner_id = attempt.payer_id if owner is None else owner.payee_id
    # The same shards of the house's account as when it was taken: by whoever paid.
    fee_key = attempt.payer_id if attempt.rail == Rail.PROVIDER else owner_id
    return (
        (wallet(owner_id, refund.currency), refund.amount_minor - refund.service_fee_minor),
        (fee_revenue(refund.currency, fee_key), refund.service_fee_minor),
    )


async def _post(
    session: AsyncSession, refund: Refund, step: str, kind: str, legs: Sequence[Leg], now: datetime
) -> None:
    meta = {"attempt_id": str(refund.attempt_id)}
    await post(session, key=f"refund:{refund.id}:{step}", kind=kind, legs=legs, meta=meta, now=now)


def _tell_top_up(session: AsyncSession, held: Held, refund: Refund) -> None:
    emit(session, TopUpRefundMoved(refund_id=refund.id, user_id=held.attempt.payer_id, status=refund.status))
