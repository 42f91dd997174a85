"""Payments: the ways to pay, paying, and what becomes of an attempt."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query

from api.ground import Asked, Call
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.debts import (
    Agrees,
    AttemptShape,
    Confirmed,
    NewRefund,
    Pay,
    PayByProvider,
    PayFromWallet,
    PaymentMethod,
    PaymentMethods,
    Received,
    RefundablePayment,
    RefundShape,
    RefundToAnswer,
    refund_shape,
    refund_to_answer,
    refundable_payment,
)
from api.shapes.page import LIMIT, Limit, Offset, Page
from api.shapes.shape import Currency
from api.show import Onlooker, show_attempt
from api.transaction import new_router
from core.accounts.limits import AboveDailyLimit, AboveOperationLimit
from core.ids import AttemptId, IntentId, PhotoId, PurchaseId, RefundId
from core.ledger.post import NotEnoughMoney
from core.money import UnknownCurrency, exponent
from core.orders.pay_from_wallet import pay_from_wallet
from core.payments import refund_attempt as refunds
from core.payments.choose_provider import NoProvider, check_provider, providers_for
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import AnsweredAlready, confirm_all_received, confirm_received
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Attempt, Rail
from core.payments.open_attempt import AlreadyPaid, AttemptOpen, DebtCanceled, WrongPaidAmount
from core.payments.queries import AttemptNotFound, refundable_payments, refunds_to_answer
from core.payments.start_attempt import TooLateToCancel, give_up_attempt, start_attempt
from core.payments.withdraw_claim import withdraw_claim
from core.photos.give_photo import PhotoNotFound
from core.purchases.names_in import names_in
from core.purchases.rules import NotParticipant, PurchaseNotFound
from core.settlement.queries import IntentNotFound, own_intent
from core.texts import say_plain

router = new_router("payments")
_OF_CLAIMS = refusals(AttemptNotFound, AnsweredAlready)


@router.get("/payment-methods", summary="The ways to pay", responses=refusals(UnknownCurrency))
async def list_payment_methods(call: Asked, currency: Annotated[Currency, Query()]) -> PaymentMethods:
    """Return the ways to pay a debt in a currency."""
    exponent(currency)
    language = call.actor.language
    own = [
        PaymentMethod(rail=rail, provider=None, title=say_plain(language, f"rail-{rail}"))
        for rail in (Rail.MANUAL, Rail.WALLET)
    ]
    foreign = [
        PaymentMethod(rail=Rail.PROVIDER, provider=name, title=say_plain(language, f"provider-{name}"))
        for name in providers_for(call.ground.providers, currency)
    ]
    return PaymentMethods(items=[*own, *foreign])


@router.post(
    "/commands/pay",
    summary="Pay a debt",
    status_code=202,
    responses=refusals(
        *(IntentNotFound, AlreadyPaid, DebtCanceled, AttemptOpen, NoProvider, NotEnoughMoney),
        *(WrongPaidAmount, AboveOperationLimit, AboveDailyLimit, PhotoNotFound),
    ),
    **creates("/v1/attempts/{id}"),
)
async def pay(call: Asked, wanted: Annotated[Pay, Body()]) -> AttemptShape:
    """Pay a debt of mine, or a part of it: said to be paid outside, from my account, or by a link of a provider.

    The link comes a moment later, as `confirmation_url` of the attempt.
    """
    attempt = await _open(call, wanted)
    return await show_attempt(call, attempt.id)


@router.get("/attempts/{attempt_id}", summary="One attempt", responses=refusals(AttemptNotFound))
async def read_attempt(call: Asked, attempt_id: UUID) -> AttemptShape:
    """Return an attempt that I made, or that pays what is owed to me."""
    return await show_attempt(call, AttemptId(attempt_id))


@router.post("/attempts/{attempt_id}/confirm", summary="Received", responses=_OF_CLAIMS)
async def confirm_attempt(call: Asked, attempt_id: UUID) -> AttemptShape:
    """Say that money that was paid to me outside has come; twice is the same as once."""
    attempt = await confirm_received(call.session, actor=call.actor, attempt_id=AttemptId(attempt_id), now=call.now)
    return await show_attempt(call, attempt.id)


@router.post("/commands/confirm-all", summary="Received all")
async def confirm_all(call: Asked) -> Confirmed:
    """Say that all money has come that is said to be paid to me outside; twice is the same as once."""
    attempts = await confirm_all_received(call.session, actor=call.actor, now=call.now)
    return Confirmed(attempt_ids=[attempt.id for attempt in attempts])


@router.post("/attempts/{attempt_id}/dispute", summary="Not received", responses=_OF_CLAIMS)
async def dispute_attempt(call: Asked, attempt_id: UUID) -> AttemptShape:
    """Say that money that is said to be paid to me outside has not come; twice is the same as once."""
    attempt = await dispute_payment(call.session, actor=call.actor, attempt_id=AttemptId(attempt_id), now=call.now)
    return await show_attempt(call, attempt.id)


@router.post("/attempts/{attempt_id}/withdraw", summary="Not paid after all", responses=_OF_CLAIMS)
async def withdraw_attempt(call: Asked, attempt_id: UUID) -> AttemptShape:
    """Take back that I paid outside; twice is the same as once."""
    attempt = await withdraw_claim(call.session, actor=call.actor, attempt_id=AttemptId(attempt_id), now=call.now)
    return await show_attempt(call, attempt.id)


@router.post(
    "/attempts/{attempt_id}/cancel",
    summary="Pay another way",
    responses=refusals(AttemptNotFound, TooLateToCancel),
)
async def cancel_attempt(call: Asked, attempt_id: UUID) -> AttemptShape:
    """Give up a link of a provider; what is paid by it all the same goes to my account."""
    attempt = await give_up_attempt(call.session, actor=call.actor, attempt_id=AttemptId(attempt_id), now=call.now)
    return await show_attempt(call, attempt.id)


@router.get(
    "/purchases/{purchase_id}/refundable-payments",
    summary="Payments that may go back",
    responses=refusals(PurchaseNotFound, NotParticipant),
)
async def list_refundable_payments(
    call: Asked, purchase_id: UUID, actor: Onlooker, limit: Limit = LIMIT, offset: Offset = 0
) -> Page[RefundablePayment]:
    """Return the payments of a purchase that I may give back, or as the organiser ask whoever they were paid to.

    Those of which a part went back already are among them, and those that are on their way back.
    """
    identity = PurchaseId(purchase_id)
    found = await refundable_payments(call.session, actor=actor, purchase_id=identity)
    named = (await names_in(call.session, [identity], actor.language))[identity]
    page = [refundable_payment(each, named) for each in found[offset : offset + limit]]
    return Page(items=page, limit=limit, offset=offset, total=len(found))


@router.post(
    "/attempts/{attempt_id}/refunds",
    summary="Give money back",
    status_code=202,
    responses=refusals(
        *(AttemptNotFound, refunds.NothingToRefund, refunds.RefundUnderWay, NotEnoughMoney),
        refunds.WrongRefundAmount,
    ),
    **creates("/v1/attempts/{attempt_id}"),
)
async def refund(call: Asked, attempt_id: UUID, wanted: NewRefund) -> RefundShape:
    """Give back what was paid to me, or as the organiser ask whoever it was paid to."""
    begun = await refunds.refund_attempt(
        call.session,
        actor=call.actor,
        attempt_id=AttemptId(attempt_id),
        amount_minor=wanted.amount_cents,
        now=call.now,
    )
    return refund_shape(begun)


@router.get("/refunds", summary="Refunds that wait for my word")
async def list_refunds(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[RefundToAnswer]:
    """Return the refunds that an organiser asks of me, and those that went to me outside."""
    found, total = await refunds_to_answer(call.session, actor=call.actor, limit=limit, offset=offset)
    items = [refund_to_answer(each, intent) for each, _, intent in found]
    return Page(items=items, limit=limit, offset=offset, total=total)


@router.post(
    "/refunds/{refund_id}/answer",
    summary="Answer a refund",
    responses=refusals(refunds.RefundNotFound, refunds.RefundEnded, NotEnoughMoney),
)
async def answer_refund(call: Asked, refund_id: UUID, answer: Agrees | Received) -> RefundShape:
    """Agree to give money back or not, or say whether it has come; twice is the same as once."""
    actor, now, identity = call.actor, call.now, RefundId(refund_id)
    if isinstance(answer, Agrees):
        answered = await refunds.answer_refund_request(
            call.session, actor=actor, refund_id=identity, agrees=answer.agrees, now=now
        )
    else:
        answered = await refunds.answer_manual_refund(
            call.session, actor=actor, refund_id=identity, received=answer.received, now=now
        )
    return refund_shape(answered)


async def _open(call: Call, wanted: Pay) -> Attempt:
    if isinstance(wanted, PayFromWallet):
        return await pay_from_wallet(
            call.session,
            actor=call.actor,
            intent_id=IntentId(wanted.intent_id),
            amount_minor=wanted.amount_cents,
            limits=call.ground.limits,
            service_fee_basis_points=call.ground.money.service_fee_basis_points,
            now=call.now,
        )
    if isinstance(wanted, PayByProvider):
        return await _ask_for_link(call, wanted)
    return await claim_paid(
        call.session,
        actor=call.actor,
        intent_id=IntentId(wanted.intent_id),
        amount_minor=wanted.amount_cents,
        proof=None if wanted.proof_id is None else PhotoId(wanted.proof_id),
        confirm_within=call.ground.product.confirm_within,
        now=call.now,
    )


async def _ask_for_link(call: Call, wanted: PayByProvider) -> Attempt:
    intent = await own_intent(call.session, actor=call.actor, intent_id=IntentId(wanted.intent_id))
    check_provider(call.ground.providers, wanted.provider, intent.currency)
    return await start_attempt(
        call.session,
        actor=call.actor,
        intent_id=intent.id,
        provider=wanted.provider,
        amount_minor=wanted.amount_cents,
        limits=call.ground.limits,
        service_fee_basis_points=call.ground.money.service_fee_basis_points,
        now=call.now,
    )
