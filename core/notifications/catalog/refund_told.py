"""To both sides of a refund: it is asked for, on its way, there, or will not be."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import RefundId, UserId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, Rows, pay, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.payments.events import RefundCanceled, RefundEvent, RefundRequested, RefundStarted, RefundSucceeded
from core.payments.models import Attempt, Rail, Refund, RefundStatus
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return whom it concerns, but not who did it: the payee, the one whose money goes back, and who asked for it."""
    assert isinstance(event, RefundEvent)
    refund = await session.get_one(Refund, event.refund_id)
    match event:
        case RefundRequested():
            step, people = "requested", [event.payee_id]
        case RefundStarted():
            step, people = "started", [event.payer_id]
        case RefundSucceeded():
            step, people = "succeeded", [event.payer_id, event.payee_id]
        case RefundCanceled():
            step, people = "canceled", [event.payee_id, refund.requested_by or event.payee_id]
            if refund.status == RefundStatus.CANCELED and event.rail == Rail.PROVIDER:
                people.append(event.payer_id)
        case _:
            raise AssertionError(event.name)
    params = {"purchase_id": str(event.purchase_id), "refund_id": str(refund.id), "step": step, "start": "debts"}
    # Who gets money back is told even where they said themselves that it came.
    return [Recipient(user_id=user_id, params=params) for user_id in dict.fromkeys(people) if user_id != event.actor_id]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return how the refund stands, with what may be answered."""
    refund = await session.get_one(Refund, RefundId(UUID(params["refund_id"])), populate_existing=True)
    attempt = await session.get_one(Attempt, refund.attempt_id)
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    people = await names_of(session, [intent.payer_id, intent.payee_id, purchase.owner_id], reader.language)
    language = reader.language
    text = say(
        language,
        _key(params["step"], attempt),
        amount=format_money(Money(refund.amount_minor, refund.currency), language),
        payer=people[intent.payer_id],
        payee=people[intent.payee_id],
        organizer=people[UserId(purchase.owner_id)],
        purchase=purchase.title,
        rail=attempt.rail,
        you="payer" if reader.user_id == intent.payer_id else "other",
        reason=refund.reason or "unknown",
    )
    return Message(text, _rows(params["step"], refund, attempt, language))


def _key(step: str, attempt: Attempt) -> str:
    if step != "started":
        return f"told-refund-{step}"
    return "told-refund-manual" if attempt.rail == Rail.MANUAL else "told-refund-on-its-way"


def _rows(step: str, refund: Refund, attempt: Attempt, language: str) -> Rows:
    amount = format_money(Money(refund.amount_minor, refund.currency), language)
    if step == "requested" and refund.status == RefundStatus.REQUESTED:
        agree = pay(say_plain(language, "button-refund-agree", amount=amount), "refund_agree", refund.id)
        return ((agree,), (tap(say_plain(language, "button-refund-decline"), "refund_decline", refund.id),))
    if step == "started" and attempt.rail == Rail.MANUAL and refund.status == RefundStatus.PENDING:
        came = tap(say_plain(language, "button-received"), "refund_came", refund.id, style="success")
        return ((came, tap(say_plain(language, "button-not-received"), "refund_lost", refund.id, style="danger")),)
    return ()


ENTRY = Entry("refund-told", (RefundRequested, RefundStarted, RefundSucceeded, RefundCanceled), recipients, render)
