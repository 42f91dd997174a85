"""To the payer (and whoever else must know): the money arrived, did not arrive, or was taken as arrived."""

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
from core.payments.events import PaymentConfirmed, PaymentDisputed
from core.payments.models import Attempt
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payer; the organiser too where money did not arrive, the payee too where nobody answered."""
    assert isinstance(event, PaymentConfirmed | PaymentDisputed)
    if isinstance(event, PaymentDisputed):
        outcome, others = "disputed", [event.owner_id]
    elif event.actor_id is None:
        outcome, others = "confirmed-by-itself", [event.payee_id]
    else:
        outcome, others = "confirmed", []
    params = {
        "purchase_id": str(event.purchase_id),
        "attempt_id": str(event.attempt_id),
        "outcome": outcome,
        "start": "debts",
    }
    people = dict.fromkeys([event.payer_id, *others])
    return [Recipient(user_id=user_id, params=params) for user_id in people if user_id != event.actor_id]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return what was answered; the payer of a disputed payment gets the button to pay again."""
    attempt = await session.get_one(Attempt, AttemptId(UUID(params["attempt_id"])))
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    people = await names_of(session, [intent.payer_id, intent.payee_id], reader.language)
    is_payer = reader.user_id == intent.payer_id
    text = say(
        reader.language,
        f"told-{params['outcome']}",
        payer=people[intent.payer_id],
        payee=people[intent.payee_id],
        amount=format_money(Money(attempt.amount_minor, attempt.currency), reader.language),
        purchase=purchase.title,
        you="payer" if is_payer else "other",
    )
    if params["outcome"] != "disputed" or not is_payer:
        return Message(text)
    return Message(text, ((tap(say_plain(reader.language, "button-look-again"), "pay", intent.id, style="primary"),),))


ENTRY = Entry("claim-answered", (PaymentConfirmed, PaymentDisputed), recipients, render)
