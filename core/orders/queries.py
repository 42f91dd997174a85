"""Read orders, and hold them: an order is the business of its person only."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.identity.models import User
from core.ids import AttemptId, OrderId, UserId
from core.orders.models import Order, OrderStatus


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
