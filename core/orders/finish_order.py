"""The money for orders is held, or refused: the orders end, and the money goes on or back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import capture, void
from core.ids import AttemptId, OrderId
from core.ledger.chart import AccountName, fee_revenue, sales, wallet
from core.orders.events import OrderCancelled, OrderFinished
from core.orders.happened import order_happened
from core.orders.models import Order, OrderStatus
from core.orders.queries import locked_orders
from core.payments.models import OPEN, Attempt
from core.payments.queries import Held, hold_attempt
from core.payments.settle_attempt import fail_attempt, settle_attempt
from core.settlement.models import Intent

DEBT_GONE = "debt_gone"


async def finish_orders(session: AsyncSession, order_ids: Sequence[OrderId], *, now: datetime) -> None:
    """Pass the held money of orders on and finish them; where one has ended already, its money goes back.

    A repeat changes nothing: a final order never changes, and the book takes one of capture and void. All rows are held
    before the first money moves: purchases, debts and attempts, then orders, then holds, then accounts.
    """
    attempts = await _attempts(session, order_ids)
    held = await _hold_in_order(session, [attempt_id for attempt_id in attempts.values() if attempt_id is not None])
    orders = await locked_orders(session, order_ids)
    going = {}
    for order in orders:
        if order.status == OrderStatus.NEW and (order.attempt_id is None or _is_open(held[order.attempt_id])):
            going[order.id] = _shares(order, None if order.attempt_id is None else held[order.attempt_id])
    if going:
        await capture(session, going, now=now)
    for order in orders:
        if order.id in going:
            await _finish(session, order, None if order.attempt_id is None else held[order.attempt_id], now)
        elif order.status != OrderStatus.FINISHED:
            await void(session, order_id=order.id, now=now)
            if order.status == OrderStatus.NEW:
                _cancel(session, order, DEBT_GONE, now)


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


async def _hold_in_order(session: AsyncSession, attempt_ids: Sequence[AttemptId]) -> dict[AttemptId, Held]:
    """Hold the rows of attempts to pay debts, in the order of their purchases and debts, as everybody does."""
    if not attempt_ids:
        return {}
    found = select(Attempt.id).join(Intent, Intent.id == Attempt.intent_id).where(Attempt.id.in_(attempt_ids))
    in_order = (await session.scalars(found.order_by(Intent.purchase_id, Intent.id))).all()
    return {attempt_id: await hold_attempt(session, attempt_id) for attempt_id in in_order}


def _is_open(held: Held) -> bool:
    return held.attempt.status in OPEN


def _shares(order: Order, held: Held | None) -> dict[AccountName, int]:
    if held is None:
        return {sales(order.currency, order.user_id): order.amount_minor}
    assert held.intent is not None
    fee_minor = held.attempt.service_fee_minor
    return {
        wallet(held.intent.payee_id, order.currency): order.amount_minor - fee_minor,
        fee_revenue(order.currency, held.intent.payee_id): fee_minor,
    }


async def _finish(session: AsyncSession, order: Order, held: Held | None, now: datetime) -> None:
    if held is not None:
        assert held.purchase is not None
        assert held.intent is not None
        await settle_attempt(session, held.purchase, held.intent, held.attempt, now=now)
    order.status, order.finished_at = OrderStatus.FINISHED, now
    order_happened(session, OrderFinished, order)


def _cancel(session: AsyncSession, order: Order, reason: str, now: datetime) -> None:
    order.status, order.reason, order.finished_at = OrderStatus.CANCELLED, reason, now
    order_happened(session, OrderCancelled, order, reason=reason)
