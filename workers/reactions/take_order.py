"""Orders were placed: their money is held, or it is told why not."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import Wanted, hold_for_orders
from core.clock import utc_now
from core.ids import EventId
from core.orders.events import OrderPlaced
from core.outbox.event import Event


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Debit the wallet at most once for this order."""
    await react_to_many(session, [(event, event_id)])


async def react_to_many(session: AsyncSession, events: Sequence[tuple[Event, EventId]]) -> None:
    """Debit the wallets at most once for each of these orders."""
    wanted = [
        Wanted(event.order_id, event.user_id, event.amount_minor, event.currency)
        for event, _ in events
        if isinstance(event, OrderPlaced)
    ]
    assert len(wanted) == len(events)
    await hold_for_orders(session, wanted, now=utc_now())
