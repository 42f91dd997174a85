"""To the payee: somebody says they paid; did it arrive?"""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import AttemptId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Button, Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.payments.events import PaymentClaimed
from core.payments.models import Attempt, AttemptStatus
from core.payments.queries import claims_to_answer
from core.photos.read_photo import read_photo
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payee."""
    assert isinstance(event, PaymentClaimed)
    params = {"purchase_id": str(event.purchase_id), "attempt_id": str(event.attempt_id), "start": "debts"}
    return [Recipient(user_id=event.payee_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the question with its answers, and the proof if there is one."""
    attempt = await session.get_one(Attempt, AttemptId(UUID(params["attempt_id"])))
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    people = await names_of(session, [intent.payer_id], reader.language)
    amount = format_money(Money(attempt.amount_minor, attempt.currency), reader.language)
    name = people[intent.payer_id]
    text = say(reader.language, "told-payment-claimed", name=name, amount=amount, purchase=purchase.title)
    proof = await read_photo(session, attempt.proof_id)
    if attempt.status != AttemptStatus.PENDING_CONFIRMATION:
        return Message(text, photo=proof)
    rows: list[tuple[Button, ...]] = [
        (
            tap(say_plain(reader.language, "button-received"), "received", attempt.id, style="success"),
            tap(say_plain(reader.language, "button-not-received"), "not_received", attempt.id, style="danger"),
        )
    ]
    waiting = len(await claims_to_answer(session, intent.payee_id))
    if waiting > 1:
        rows.append((tap(say_plain(reader.language, "button-received-all", count=waiting), "received_all"),))
    return Message(text, tuple(rows), photo=proof)


ENTRY = Entry("payment-claimed", (PaymentClaimed,), recipients, render)
