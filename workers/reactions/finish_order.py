"""The money for an order is held, or was refused: the order ends."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.clock import utc_now
from core.ids import EventId
from core.orders.finish_order import cancel_order, finish_order
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Finish the order, or cancel it with the reason."""
    if isinstance(event, HoldRefused):
        await cancel_order(session, order_id=event.order_id, reason=event.reason, now=utc_now())
    else:
        assert isinstance(event, MoneyHeld), event_id
        await finish_order(session, order_id=event.order_id, now=utc_now())
