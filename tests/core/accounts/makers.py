"""Small makers of orders, and what messages do to them."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import Wanted, hold_for_orders
from core.accounts.models import Hold
from core.identity.actor import Actor
from core.orders.finish_order import finish_orders
from core.orders.models import Order
from core.orders.place_order import place_order
from tests.builders import NO_LIMITS, NOW


async def order(session: AsyncSession, actor: Actor, amount_minor: int = 300_00, currency: str = "RUB") -> Order:
    """Return a new order of the actor."""
    placed = await place_order(
        session,
        actor=actor,
        amount_minor=amount_minor,
        currency=currency,
        description="Торт",
        limits=NO_LIMITS,
        now=NOW,
    )
    await session.flush()
    return placed


async def take(session: AsyncSession, placed: Order) -> Hold:
    """Do what the message "an order was placed" does."""
    wanted = Wanted(placed.id, placed.user_id, placed.amount_minor, placed.currency)
    [hold] = await hold_for_orders(session, [wanted], now=NOW)
    return hold


async def finish(session: AsyncSession, placed: Order) -> None:
    """Do what the message "its money is held" does."""
    await finish_orders(session, [placed.id], now=NOW)
