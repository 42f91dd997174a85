"""Record that something happened to an order."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.orders.events import OrderEvent
from core.orders.models import Order
from core.outbox.emit import emit


def order_happened(session: AsyncSession, kind: type[OrderEvent], order: Order, **more: Any) -> None:
    """Emit the event of this `kind`; the row of the order is held."""
    event = kind(
        order_id=order.id,
        user_id=order.user_id,
        amount_minor=order.amount_minor,
        currency=order.currency,
        attempt_id=order.attempt_id,
        **more,
    )
    emit(session, event)
