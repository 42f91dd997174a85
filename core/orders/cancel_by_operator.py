"""An operator cancels an order that has not ended; what is held for it goes back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.ids import OrderId
from core.orders.finish_order import cancel_order
from core.orders.models import Order, OrderStatus
from core.orders.queries import OrderNotFound


class OrderFinishedAlready(Conflict):
    """The money of the order has gone on; what may still be done is a refund."""


async def cancel_by_operator(
    session: AsyncSession, *, operator: str, order_id: OrderId, reason: str, now: datetime
) -> Order:
    """Cancel an order in an operator's name, which is kept with the reason. One that is cancelled stays as it is.

    :raises OrderNotFound: if there is none.
    :raises OrderFinishedAlready: if it is finished.
    """
    if await session.get(Order, order_id) is None:
        raise OrderNotFound
    order = await cancel_order(session, order_id=order_id, reason=f"{reason} (operator: {operator})", now=now)
    if order.status == OrderStatus.FINISHED:
        raise OrderFinishedAlready
    return order
