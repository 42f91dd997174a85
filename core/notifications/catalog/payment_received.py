"""To the payee: a debt was paid into their wallet."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import AttemptId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.payments.events import PaymentReceived
from core.payments.models import Attempt
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payee."""
    assert isinstance(event, PaymentReceived)
    params = {"purchase_id": str(event.purchase_id), "attempt_id": str(event.attempt_id), "start": "debts"}
    return [Recipient(user_id=event.payee_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return who paid what for what, and what the house kept of it."""
    attempt = await session.get_one(Attempt, AttemptId(UUID(params["attempt_id"])))
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    people = await names_of(session, [intent.payer_id], reader.language)
    language = reader.language
    text = say(
        language,
        "told-payment-received",
        payer=people[intent.payer_id],
        amount=format_money(Money(attempt.amount_minor, attempt.currency), language),
        purchase=purchase.title,
        fee="some" if attempt.service_fee_minor else "none",
        fee_amount=format_money(Money(attempt.service_fee_minor, attempt.currency), language),
    )
    look = tap(say_plain(language, "button-wallet"), "wallet")
    give_back = tap(say_plain(language, "button-give-back-money"), "refund", attempt.id)
    return Message(text, ((look, give_back),))


ENTRY = Entry("payment-received", (PaymentReceived,), recipients, render)
