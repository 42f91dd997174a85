"""The money for orders is held, or was refused: the orders end."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.clock import utc_now
from core.ids import EventId
from core.orders.finish_order import cancel_order, finish_orders
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Finish the order, or cancel it with the reason."""
    await react_to_many(session, [(event, event_id)])


async def react_to_many(session: AsyncSession, events: Sequence[tuple[Event, EventId]]) -> None:
    """Cancel the orders whose money was refused, and finish the others."""
    now = utc_now()
    # What was refused holds purchases and debts, so it comes before what goes on to hold wallets.
    for event, _ in events:
        if isinstance(event, HoldRefused):
            await cancel_order(session, order_id=event.order_id, reason=event.reason, now=now)
    held = [event.order_id for event, _ in events if isinstance(event, MoneyHeld)]
    if held:
        await finish_orders(session, held, now=now)
