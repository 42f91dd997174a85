"""The money for an order is held, or refused: the order ends, and the money goes on or back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import capture, void
from core.ids import AttemptId, OrderId
from core.ledger.chart import fee_revenue, sales, wallet
from core.orders.events import OrderCancelled, OrderFinished
from core.orders.happened import order_happened
from core.orders.models import Order, OrderStatus
from core.orders.queries import locked_order
from core.payments.models import OPEN
from core.payments.queries import hold_attempt
from core.payments.settle_attempt import fail_attempt, settle_attempt

DEBT_GONE = "debt_gone"


async def finish_order(session: AsyncSession, *, order_id: OrderId, now: datetime) -> None:
    """Pass the held money of an order on and finish it; where it has ended already, give the money back.

    A repeat changes nothing: a final order never changes, and the book takes one of capture and void.
    """
    attempt_id = await _attempt_id(session, order_id)
    held = None if attempt_id is None else await hold_attempt(session, attempt_id)
    order = await locked_order(session, order_id)
    assert order is not None, "money is held for orders only, in a transaction after theirs"
    if order.status == OrderStatus.FINISHED:
        return
    if order.status == OrderStatus.CANCELLED:
        await void(session, order_id=order.id, now=now)
        return
    if held is None:
        to = {sales(order.currency, order.user_id): order.amount_minor}
        await capture(session, order_id=order.id, to=to, now=now)
    else:
        purchase, intent, attempt = held
        assert purchase is not None
        assert intent is not None
        if attempt.status not in OPEN:
            await void(session, order_id=order.id, now=now)
            _cancel(session, order, DEBT_GONE, now)
            return
        shares = {
            wallet(intent.payee_id, order.currency): order.amount_minor - attempt.service_fee_minor,
            fee_revenue(order.currency, intent.payee_id): attempt.service_fee_minor,
        }
        await capture(session, order_id=order.id, to=shares, now=now)
        await settle_attempt(session, purchase, intent, attempt, now=now)
    order.status, order.finished_at = OrderStatus.FINISHED, now
    order_happened(session, OrderFinished, order)


async def cancel_order(session: AsyncSession, *, order_id: OrderId, reason: str, now: datetime) -> Order:
    """Cancel an order that is not final, with the attempt that it carries out; what is held for it goes back.

    Money that is held only after that goes back when `finish_order` hears of it.
    """
    attempt_id = await _attempt_id(session, order_id)
    held = None if attempt_id is None else await hold_attempt(session, attempt_id)
    order = await locked_order(session, order_id)
    assert order is not None, "an order that somebody speaks of exists"
    if order.status != OrderStatus.NEW:
        return order
    await void(session, order_id=order.id, now=now)
    if held is not None and held.attempt.status in OPEN:
        fail_attempt(session, held.intent, held.attempt, reason=reason, now=now)
    _cancel(session, order, reason, now)
    return order


async def _attempt_id(session: AsyncSession, order_id: OrderId) -> AttemptId | None:
    order = await session.get(Order, order_id)
    return None if order is None else order.attempt_id


def _cancel(session: AsyncSession, order: Order, reason: str, now: datetime) -> None:
    order.status, order.reason, order.finished_at = OrderStatus.CANCELLED, reason, now
    order_happened(session, OrderCancelled, order, reason=reason)
