"""To the payee: the payer took "I paid" back."""

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
from core.payments.events import ClaimWithdrawn
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payee."""
    assert isinstance(event, ClaimWithdrawn)
    params = {
        "purchase_id": str(event.purchase_id),
        "payer_id": str(event.payer_id),
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "start": "debts",
    }
    return [Recipient(user_id=event.payee_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return one sentence."""
    payer_id = UserId(UUID(params["payer_id"]))
    people = await names_of(session, [payer_id], reader.language)
    amount = format_money(Money(params["amount_minor"], params["currency"]), reader.language)
    return Message(say(reader.language, "told-claim-withdrawn", name=people[payer_id], amount=amount))


ENTRY = Entry("claim-withdrawn", (ClaimWithdrawn,), recipients, render)
