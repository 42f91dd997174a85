"""The money for orders is held, or refused: the orders end, and the money goes on or back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import capture, void
from core.ids import AttemptId, OrderId
from core.ledger.chart import fee_revenue, sales, wallet
from core.orders.events import OrderCancelled, OrderFinished
from core.orders.happened import order_happened
from core.orders.models import Order, OrderStatus
from core.orders.queries import locked_orders
from core.payments.models import OPEN
from core.payments.queries import hold_attempt
from core.payments.settle_attempt import fail_attempt, settle_attempt

DEBT_GONE = "debt_gone"


async def finish_orders(session: AsyncSession, order_ids: Sequence[OrderId], *, now: datetime) -> None:
    """Pass the held money of orders on and finish them; where one has ended already, its money goes back.

    A repeat changes nothing: a final order never changes, and the book takes one of capture and void.
    """
    attempts = await _attempts(session, order_ids)
    sales_only = [order_id for order_id in order_ids if attempts[order_id] is None]
    await _finish_sales(session, sales_only, now)
    for order_id in order_ids:
        attempt_id = attempts[order_id]
        if attempt_id is not None:
            await _finish_payment(session, order_id, attempt_id, now)


async def _finish_sales(session: AsyncSession, order_ids: Sequence[OrderId], now: datetime) -> None:
    orders = await locked_orders(session, order_ids)
    new = [order for order in orders if order.status == OrderStatus.NEW]
    if new:
        to = {order.id: {sales(order.currency, order.user_id): order.amount_minor} for order in new}
        await capture(session, to, now=now)
    for order in new:
        _finish(session, order, now)
    for order in orders:
        if order.status == OrderStatus.CANCELLED:
            await void(session, order_id=order.id, now=now)


async def _finish_payment(session: AsyncSession, order_id: OrderId, attempt_id: AttemptId, now: datetime) -> None:
    purchase, intent, attempt = await hold_attempt(session, attempt_id)
    assert purchase is not None
    assert intent is not None
    [order] = await locked_orders(session, [order_id])
    if order.status == OrderStatus.FINISHED:
        return
    if order.status == OrderStatus.CANCELLED:
        await void(session, order_id=order.id, now=now)
        return
    if attempt.status not in OPEN:
        await void(session, order_id=order.id, now=now)
        _cancel(session, order, DEBT_GONE, now)
        return
    shares = {
        wallet(intent.payee_id, order.currency): order.amount_minor - attempt.service_fee_minor,
        fee_revenue(order.currency, intent.payee_id): attempt.service_fee_minor,
    }
    await capture(session, {order.id: shares}, now=now)
    await settle_attempt(session, purchase, intent, attempt, now=now)
    _finish(session, order, now)


async def cancel_order(session: AsyncSession, *, order_id: OrderId, reason: str, now: datetime) -> Order:
    """Cancel an order that is not final, with the attempt that it carries out; what is held for it goes back.

    Money that is held only after that goes back when `finish_orders` hears of it.
    """
    attempt_id = (await _attempts(session, [order_id]))[order_id]
    held = None if attempt_id is None else await hold_attempt(session, attempt_id)
    [order] = await locked_orders(session, [order_id])
    if order.status != OrderStatus.NEW:
        return order
    await void(session, order_id=order.id, now=now)
    if held is not None and held.attempt.status in OPEN:
        fail_attempt(session, held.intent, held.attempt, reason=reason, now=now)
    _cancel(session, order, reason, now)
    return order


async def _attempts(session: AsyncSession, order_ids: Sequence[OrderId]) -> dict[OrderId, AttemptId | None]:
    rows = await session.execute(select(Order.id, Order.attempt_id).where(Order.id.in_(order_ids)))
    attempts: dict[OrderId, AttemptId | None] = {row.id: row.attempt_id for row in rows}
    # A result may overtake the transaction of its order; then it comes again.
    assert attempts.keys() >= set(order_ids), "money is held for orders only"
    return attempts


def _finish(session: AsyncSession, order: Order, now: datetime) -> None:
    order.status, order.finished_at = OrderStatus.FINISHED, now
    order_happened(session, OrderFinished, order)


def _cancel(session: AsyncSession, order: Order, reason: str, now: datetime) -> None:
    order.status, order.reason, order.finished_at = OrderStatus.CANCELLED, reason, now
    order_happened(session, OrderCancelled, order, reason=reason)
