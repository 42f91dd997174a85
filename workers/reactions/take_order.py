"""An order was placed: its money is held, or it is told why not."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import hold_for_order
from core.clock import utc_now
from core.ids import EventId
from core.orders.events import OrderPlaced
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Debit the wallet at most once for this order."""
    assert isinstance(event, OrderPlaced), event_id
    await hold_for_order(
        session,
        order_id=event.order_id,
        user_id=event.user_id,
        amount_minor=event.amount_minor,
        currency=event.currency,
        now=utc_now(),
    )
