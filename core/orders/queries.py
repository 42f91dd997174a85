"""Read orders, and hold them: an order is the business of its person only."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.identity.models import User
from core.ids import AttemptId, IntentId, OrderId, UserId
from core.orders.models import Order, OrderStatus
from core.payments.models import Attempt


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""


async def own_order(session: AsyncSession, *, actor: Actor, order_id: OrderId) -> Order:
    """Return an order of the actor.

    :raises OrderNotFound: if there is none.
    """
    order = await session.get(Order, order_id, populate_existing=True)
    if order is None or order.user_id != actor.user_id:
        raise OrderNotFound
    return order


async def orders_of(session: AsyncSession, *, actor: Actor, limit: int, offset: int = 0) -> list[Order]:
    """Return a page of the actor's orders, the newest first."""
    own = select(Order).where(Order.user_id == actor.user_id).order_by(Order.id.desc())
    return list(await session.scalars(own.limit(limit).offset(offset)))


async def order_count(session: AsyncSession, *, actor: Actor) -> int:
    """Return how many orders the actor has placed."""
    return await session.scalar(select(func.count()).select_from(Order).where(Order.user_id == actor.user_id)) or 0


async def orders_of_attempts(session: AsyncSession, attempt_ids: Collection[AttemptId]) -> dict[AttemptId, OrderId]:
    """Return the orders that carry out attempts to pay debts, by the attempts."""
    found = select(Order.attempt_id, Order.id).where(Order.attempt_id.in_(attempt_ids))
    return {attempt_id: order_id for attempt_id, order_id in await session.execute(found) if attempt_id is not None}


async def intents_of_orders(session: AsyncSession, orders: Collection[Order]) -> dict[OrderId, IntentId]:
    """Return the debts that orders pay, by the orders."""
    attempt_ids = [order.attempt_id for order in orders if order.attempt_id is not None]
    if not attempt_ids:
        return {}
    found = select(Order.id, Attempt.intent_id).join(Attempt, Attempt.id == Order.attempt_id)
    rows = await session.execute(found.where(Order.attempt_id.in_(attempt_ids)))
    return {order_id: intent_id for order_id, intent_id in rows if intent_id is not None}


async def order_of_attempt(session: AsyncSession, attempt_id: AttemptId) -> Order | None:
    """Return the order that carries out an attempt to pay a debt."""
    return await session.scalar(select(Order).where(Order.attempt_id == attempt_id))


async def unfinished_orders(session: AsyncSession, *, older_than: timedelta, now: datetime) -> list[OrderId]:
    """Return orders that should have ended long ago, the oldest first, up to a hundred."""
    stuck = (Order.status == OrderStatus.NEW) & (Order.created_at < now - older_than)
    return list(await session.scalars(select(Order.id).where(stuck).order_by(Order.created_at).limit(100)))


async def locked_orders(session: AsyncSession, order_ids: Sequence[OrderId]) -> list[Order]:
    """Return orders in the order of their ids, holding their rows until the transaction ends."""
    found = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id).with_for_update(key_share=True)
    return list(await session.scalars(found.execution_options(populate_existing=True)))


async def find_orders(
    session: AsyncSession,
    *,
    status: str | None = None,
    user_id: UserId | None = None,
    placed_before: datetime | None = None,
    limit: int,
) -> list[tuple[Order, User]]:
    """Return orders of everybody with whose they are, the newest first, for operators."""
    found = select(Order, User).join(User, User.id == Order.user_id)
    if status is not None:
        found = found.where(Order.status == status)
    if user_id is not None:
        found = found.where(Order.user_id == user_id)
    if placed_before is not None:
        found = found.where(Order.created_at < placed_before)
    rows = await session.execute(found.order_by(Order.id.desc()).limit(limit))
    return [(order, user) for order, user in rows]
