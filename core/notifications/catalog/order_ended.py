"""To who placed an order that pays no debt: it was paid, or not."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import OrderId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.notifications.reasons import written_reason
from core.orders.events import OrderCancelled, OrderEvent, OrderFinished
from core.orders.models import Order
from core.outbox.event import Event
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return who placed it; what becomes of a debt's payment is told by that payment's own message."""
    assert isinstance(event, OrderEvent)
    if event.attempt_id is not None:
        return []
    return [Recipient(user_id=event.user_id, params={"order_id": str(event.order_id)})]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return how the order ended."""
    order = await session.get_one(Order, OrderId(UUID(params["order_id"])), populate_existing=True)
    text = say(
        reader.language,
        "told-order-ended",
        status=order.status,
        reason="" if order.reason is None else written_reason(order.reason, reader.language, by_bank=False),
        description=order.description,
        amount=format_money(Money(order.amount_minor, order.currency), reader.language),
    )
    return Message(text, ((tap(say_plain(reader.language, "button-wallet"), "wallet"),),))


ENTRY = Entry("order-ended", (OrderFinished, OrderCancelled), recipients, render)
