"""To the payer: money came for an attempt that had ended, and is in their wallet."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.payments.events import CameLate
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the payer."""
    assert isinstance(event, CameLate)
    params = {"amount_minor": event.amount_minor, "currency": event.currency}
    return [Recipient(user_id=event.payer_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return how much it was, and the way to the wallet."""
    amount = format_money(Money(params["amount_minor"], params["currency"]), reader.language)
    look = tap(say_plain(reader.language, "button-wallet"), "wallet")
    return Message(say(reader.language, "told-came-late", amount=amount), ((look,),))


ENTRY = Entry("payment-came-late", (CameLate,), recipients, render)
