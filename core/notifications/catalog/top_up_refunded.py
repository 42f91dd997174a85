"""To the owner of a wallet, in one message that is edited: an operator sends a top-up back to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import RefundId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.payments.events import TopUpRefundMoved
from core.payments.models import Refund
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the owner of the wallet."""
    assert isinstance(event, TopUpRefundMoved)
    params = {"refund_id": str(event.refund_id)}
    return [Recipient(user_id=event.user_id, subject_id=event.refund_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return how the refund stands now."""
    refund = await session.get_one(Refund, RefundId(UUID(params["refund_id"])), populate_existing=True)
    amount = format_money(Money(refund.amount_minor, refund.currency), reader.language)
    return Message(say(reader.language, "told-top-up-refund", amount=amount, status=refund.status))


ENTRY = Entry("top-up-refunded", (TopUpRefundMoved,), recipients, render)
