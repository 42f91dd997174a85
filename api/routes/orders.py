"""Orders: paid from my account, carried out a moment later."""

from collections.abc import Sequence
from uuid import UUID

from api.ground import Asked, Call
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.money import NewOrder, OrderShape, order_shape
from api.shapes.page import LIMIT, Limit, Offset, Page
from api.transaction import new_router
from core.accounts.limits import AboveDailyLimit, AboveOperationLimit
from core.accounts.withdraw import WrongAmount
from core.ids import IntentId, OrderId
from core.ledger.post import NotEnoughMoney
from core.money import UnknownCurrency
from core.orders.models import Order
from core.orders.pay_from_wallet import DebtInOtherCurrency, pay_from_wallet
from core.orders.place_order import WrongDescription
from core.orders.place_order import place_order as place
from core.orders.queries import OrderNotFound, intents_of_orders, order_count, order_of_attempt, orders_of, own_order
from core.payments.open_attempt import AlreadyPaid, AttemptOpen, DebtCanceled, WrongPaidAmount
from core.settlement.queries import IntentNotFound

router = new_router("orders")


@router.post(
    "/orders",
    summary="Place an order",
    status_code=201,
    responses=refusals(
        *(IntentNotFound, AlreadyPaid, DebtCanceled, AttemptOpen, NotEnoughMoney, WrongPaidAmount, DebtInOtherCurrency),
        *(WrongAmount, UnknownCurrency, WrongDescription, AboveOperationLimit, AboveDailyLimit),
    ),
    **creates("/v1/orders/{id}"),
)
async def place_order(call: Asked, wanted: NewOrder) -> OrderShape:
    """Ask for an amount to be paid from my account; what becomes of it is told live, and by the order."""
    order = await (_place(call, wanted) if wanted.intent_id is None else _pay(call, wanted, IntentId(wanted.intent_id)))
    await call.session.flush()
    [shape] = await _show(call, [order])
    return shape


@router.get("/orders", summary="My orders")
async def list_orders(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[OrderShape]:
    """Return my orders, the newest first."""
    found = await orders_of(call.session, actor=call.actor, limit=limit, offset=offset)
    total = await order_count(call.session, actor=call.actor)
    return Page(items=await _show(call, found), limit=limit, offset=offset, total=total)


@router.get("/orders/{order_id}", summary="One order", responses=refusals(OrderNotFound))
async def read_order(call: Asked, order_id: UUID) -> OrderShape:
    """Return an order of mine."""
    [shape] = await _show(call, [await own_order(call.session, actor=call.actor, order_id=OrderId(order_id))])
    return shape


async def _place(call: Call, wanted: NewOrder) -> Order:
    return await place(
        call.session,
        actor=call.actor,
        amount_minor=wanted.amount_cents,
        currency=wanted.currency or call.ground.product.default_currency,
        description=wanted.description,
        limits=call.ground.limits,
        now=call.now,
    )


async def _pay(call: Call, wanted: NewOrder, intent_id: IntentId) -> Order:
    attempt = await pay_from_wallet(
        call.session,
        actor=call.actor,
        intent_id=intent_id,
        amount_minor=wanted.amount_cents,
        currency=wanted.currency,
        description=wanted.description,
        limits=call.ground.limits,
        service_fee_basis_points=call.ground.money.service_fee_basis_points,
        now=call.now,
    )
    order = await order_of_attempt(call.session, attempt.id)
    assert order is not None
    return order


async def _show(call: Call, orders: Sequence[Order]) -> list[OrderShape]:
    intents = await intents_of_orders(call.session, orders)
    return [order_shape(order, intents.get(order.id), call.actor.language) for order in orders]
