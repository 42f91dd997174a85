"""Debts, the ways to pay them, attempts and refunds."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.shapes.me import Requisites
from api.shapes.page import Page
from api.shapes.photos import UploadedPhoto
from api.shapes.shape import Amount, Cents, Currency, Moment, Shape, Yes
from api.shapes.tasks import ANNA, BORIS
from core.ids import OrderId, PurchaseId, UserId
from core.payments.models import Attempt, AttemptStatus, Rail, Refund, RefundStatus
from core.payments.queries import Refundable
from core.settlement.models import Intent, IntentStatus

PartAmount = Annotated[Amount | None, Field(default=None, description="All that is left if it is missing.")]


class IntentShape(Shape):
    """A debt: the payer owes the payee an amount, of which a part may be paid."""

    id: UUID
    purchase_id: UUID
    payer_id: UUID = Field(examples=[BORIS])
    payer_name: str = Field(examples=["Boris"])
    payee_id: UUID = Field(examples=[ANNA])
    payee_name: str = Field(examples=["Anna"])
    amount_cents: Cents
    paid_cents: Cents
    left_cents: Cents = Field(description="What is still to be paid: some may have been forgiven.")
    currency: Currency
    status: IntentStatus = Field(examples=["created"])
    due_at: Moment
    created_at: Moment


class OpenSum(Shape):
    """How much is left of all open debts in a currency."""

    currency: Currency
    i_owe_cents: Cents
    owed_to_me_cents: Cents


class OpenDebts(Page[IntentShape]):
    """Some of my open debts, with how much is left of all of them."""

    sums: list[OpenSum] = Field(description="Of the whole list, whatever its page.")


class ReasonShape(Shape):
    """What one task adds to a debt."""

    task_id: UUID
    title: str = Field(examples=["Charcoal"])
    cost_cents: Cents
    share_cents: Cents = Field(description="What the payer of the debt bears of it.")
    extra_cents: int = Field(description="1 if that holds the unit that could not be divided.", examples=[0])
    counts_cents: int = Field(description="What it adds to the debt; below zero it takes away.", examples=[41_667])


class RefundShape(Shape):
    """Money that goes back by the rail it came by."""

    id: UUID
    attempt_id: UUID
    amount_cents: Cents
    currency: Currency
    status: RefundStatus = Field(examples=["requested"])
    reason: str | None = Field(examples=["declined"])
    created_at: Moment
    ended_at: Moment | None


class AttemptShape(Shape):
    """One try to pay a debt, or to top up an account."""

    id: UUID
    intent_id: UUID | None
    purchase_id: UUID | None
    rail: Rail = Field(examples=["provider"])
    provider: str | None = Field(examples=["yookassa"])
    status: AttemptStatus = Field(examples=["pending_confirmation"])
    amount_cents: Cents
    currency: Currency
    refunded_cents: Cents = Field(
        description="Gone back, or asked for, or on its way: what is left can be given back.", examples=[0]
    )
    refund: RefundShape | None = Field(description="The one that has not ended yet: asked for, or on its way.")
    confirmation_url: str | None = Field(
        description="Where to pay, as soon as the provider has said it.", examples=["https://pay.example/1"]
    )
    order_id: UUID | None = Field(description="The order that carries it out, by the wallet.")
    proof_url: str | None = Field(
        description="Where the photo is read by which the payer shows it, if there is one.",
        examples=[f"/v1/attempts/{ANNA}/proof"],
    )
    failure: str | None = Field(description="Why it did not succeed, in a word.", examples=["not_received"])
    failure_text: str | None = Field(
        description="The same as a sentence in the person's language.", examples=["The money did not arrive."]
    )
    created_at: Moment
    ended_at: Moment | None


class RefundablePayment(Shape):
    """A payment of a debt that has not gone back in full; `id` is that of its attempt."""

    id: UUID
    intent_id: UUID
    purchase_id: UUID
    payer_id: UUID = Field(examples=[BORIS])
    payer_name: str = Field(examples=["Boris"])
    payee_id: UUID = Field(examples=[ANNA])
    payee_name: str = Field(examples=["Anna"])
    rail: Rail = Field(examples=["wallet"])
    amount_cents: Cents
    currency: Currency
    refunded_cents: Cents = Field(
        description="Gone back, or asked for, or on its way: what is left can be given back.", examples=[0]
    )
    refund: RefundShape | None = Field(description="The one that has not ended yet: asked for, or on its way.")
    paid_at: Moment


class IntentDetail(IntentShape):
    """A debt with where it comes from, how to pay it, and what was tried."""

    requisites: Requisites | None = Field(description="The payee's, for the payer.")
    reasons: list[ReasonShape]
    attempts: list[AttemptShape]


class Snooze(Shape):
    """In how many days to be reminded."""

    days: int = Field(ge=1, le=30, strict=True, examples=[3])


class Snoozed(Shape):
    """When the next reminder comes."""

    remind_at: Moment


class PaymentMethod(Shape):
    """A way to pay."""

    rail: Rail = Field(examples=["provider"])
    provider: str | None = Field(examples=["yookassa"])
    title: str = Field(description="In the person's language.", examples=["YooKassa"])


class PaymentMethods(Shape):
    """The ways to pay in a currency."""

    items: list[PaymentMethod]


class PayOutside(Shape):
    """Say that a debt was paid outside; whoever is paid confirms it."""

    intent_id: UUID
    rail: Literal["manual"]
    amount_cents: PartAmount
    proof_id: UploadedPhoto


class PayFromWallet(Shape):
    """Pay a debt from my account."""

    intent_id: UUID
    rail: Literal["wallet"]
    amount_cents: PartAmount


class PayByProvider(Shape):
    """Pay a debt by a link of a provider."""

    intent_id: UUID
    rail: Literal["provider"]
    provider: str = Field(max_length=40, examples=["yookassa"])
    amount_cents: PartAmount


Pay = Annotated[PayOutside | PayFromWallet | PayByProvider, Field(discriminator="rail")]


class Confirmed(Shape):
    """The attempts whose money I said has come."""

    attempt_ids: list[UUID]


class NewRefund(Shape):
    """How much to give back; all that did not go back yet unless an amount is said."""

    amount_cents: Amount | None = None


class RefundToAnswer(RefundShape):
    """A refund that waits for my word: `agrees` if an organiser asks it of me, `received` if it went to me outside."""

    question: Literal["agrees", "received"] = Field(examples=["agrees"])
    intent_id: UUID
    purchase_id: UUID


class Agrees(Shape):
    """Whether I give the money back that an organiser asks of me."""

    agrees: Yes = Field(examples=[True])


class Received(Shape):
    """Whether money that went back to me outside has come."""

    received: Yes = Field(examples=[True])


def intent_shape(intent: Intent, names: Mapping[UserId, str]) -> IntentShape:
    """Return a debt with the names of its two people."""
    return IntentShape(**_intent(intent, names))


def intent_detail(
    intent: Intent,
    names: Mapping[UserId, str],
    *,
    requisites: Requisites | None,
    reasons: list[ReasonShape],
    attempts: list[AttemptShape],
) -> IntentDetail:
    """Return a debt with all that belongs to it."""
    return IntentDetail(**_intent(intent, names), requisites=requisites, reasons=reasons, attempts=attempts)


def attempt_shape(
    attempt: Attempt,
    purchase_id: PurchaseId | None,
    *,
    order_id: OrderId | None,
    refund: Refund | None,
    failure_text: str | None,
) -> AttemptShape:
    """Return an attempt, with the order that carries it out and the refund of it that has not ended."""
    return AttemptShape(
        id=attempt.id,
        intent_id=attempt.intent_id,
        purchase_id=purchase_id,
        rail=Rail(attempt.rail),
        provider=attempt.provider,
        status=AttemptStatus(attempt.status),
        amount_cents=attempt.amount_minor,
        currency=attempt.currency,
        refunded_cents=attempt.refunded_minor,
        confirmation_url=attempt.confirmation_url,
        refund=None if refund is None else refund_shape(refund),
        order_id=order_id,
        proof_url=attempt.proof_id and f"/v1/attempts/{attempt.id}/proof",
        failure=attempt.reason,
        failure_text=failure_text,
        created_at=attempt.created_at,
        ended_at=attempt.finished_at,
    )


def refundable_payment(found: Refundable, names: Mapping[UserId, str]) -> RefundablePayment:
    """Return a payment with the names of its two people, and the refund of it that has not ended."""
    attempt, intent, refund = found
    assert attempt.finished_at is not None
    return RefundablePayment(
        id=attempt.id,
        intent_id=intent.id,
        purchase_id=intent.purchase_id,
        payer_id=intent.payer_id,
        payer_name=names[intent.payer_id],
        payee_id=intent.payee_id,
        payee_name=names[intent.payee_id],
        rail=Rail(attempt.rail),
        amount_cents=attempt.amount_minor,
        currency=attempt.currency,
        refunded_cents=attempt.refunded_minor,
        refund=None if refund is None else refund_shape(refund),
        paid_at=attempt.finished_at,
    )


def refund_shape(refund: Refund) -> RefundShape:
    """Return a refund."""
    return RefundShape(**_refund(refund))


def refund_to_answer(refund: Refund, intent: Intent) -> RefundToAnswer:
    """Return a refund with what is asked about it."""
    question = "agrees" if refund.status == RefundStatus.REQUESTED else "received"
    return RefundToAnswer(**_refund(refund), question=question, intent_id=intent.id, purchase_id=intent.purchase_id)


def _intent(intent: Intent, names: Mapping[UserId, str]) -> dict[str, object]:
    return {
        "id": intent.id,
        "purchase_id": intent.purchase_id,
        "payer_id": intent.payer_id,
        "payer_name": names[intent.payer_id],
        "payee_id": intent.payee_id,
        "payee_name": names[intent.payee_id],
        "amount_cents": intent.amount_minor,
        "paid_cents": intent.paid_minor,
        "left_cents": intent.left_minor,
        "currency": intent.currency,
        "status": intent.status,
        "due_at": intent.due_at,
        "created_at": intent.created_at,
    }


def _refund(refund: Refund) -> dict[str, object]:
    return {
        "id": refund.id,
        "attempt_id": refund.attempt_id,
        "amount_cents": refund.amount_minor,
        "currency": refund.currency,
        "status": refund.status,
        "reason": refund.reason,
        "created_at": refund.created_at,
        "ended_at": refund.finished_at,
    }
