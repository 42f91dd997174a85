"""To the payer: the payee forgave what was left."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import UserId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.settlement.events import IntentWrittenOff
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payer."""
    assert isinstance(event, IntentWrittenOff)
    params = {
        "purchase_id": str(event.purchase_id),
        "payee_id": str(event.payee_id),
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "start": "debts",
    }
    return [Recipient(user_id=event.payer_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return one sentence."""
    payee_id = UserId(UUID(params["payee_id"]))
    people = await names_of(session, [payee_id], reader.language)
    amount = format_money(Money(params["amount_minor"], params["currency"]), reader.language)
    return Message(say(reader.language, "told-debt-written-off", name=people[payee_id], amount=amount))


ENTRY = Entry("debt-written-off", (IntentWrittenOff,), recipients, render, can_wait=True)
