"""To the owner of a wallet: a withdrawal was sent, or is back."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import WithdrawalSettled
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return who asked for it."""
    assert isinstance(event, WithdrawalSettled)
    params = event.model_dump(mode="json", include={"amount_minor", "currency", "status", "reason"})
    return [Recipient(user_id=event.user_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return what became of it."""
    amount = format_money(Money(params["amount_minor"], params["currency"]), reader.language)
    status, reason = params["status"], params["reason"] or ""
    return Message(say(reader.language, "told-withdrawal-settled", amount=amount, status=status, reason=reason))


ENTRY = Entry("withdrawal-settled", (WithdrawalSettled,), recipients, render, can_wait=True)
