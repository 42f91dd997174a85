"""Place an order: it is stored as new, with its event, in one transaction; what becomes of it is told later."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import Limits, count_against_limits
from core.accounts.withdraw import check_amount
from core.errors import Invalid
from core.identity.actor import Actor
from core.identity.clean import clean
from core.ids import OrderId, new_id
from core.money import exponent
from core.orders.events import OrderPlaced
from core.orders.happened import order_happened
from core.orders.models import DESCRIPTION_LENGTH_MAX, Order, OrderStatus
from core.payments.models import Attempt


class WrongDescription(Invalid):
    """An order needs a description, and not too long a one."""


async def place_order(
    session: AsyncSession,
    *,
    actor: Actor,
    amount_minor: int,
    currency: str,
    description: str,
    limits: Limits,
    attempt: Attempt | None = None,
    now: datetime,
) -> Order:
    """Ask for an amount to be paid from the actor's wallet.

    :raises WrongAmount, UnknownCurrency, WrongDescription: if it is no order.
    :raises AboveOperationLimit, AboveDailyLimit: if it is too much.
    """
    exponent(currency)
    check_amount(amount_minor, currency)
    description = clean(description)
    if not 0 < len(description) <= DESCRIPTION_LENGTH_MAX:
        raise WrongDescription(max=DESCRIPTION_LENGTH_MAX)
    await count_against_limits(
        session, user_id=actor.user_id, amount_minor=amount_minor, currency=currency, limits=limits, now=now
    )
    order = Order(
        id=OrderId(new_id()),
        user_id=actor.user_id,
        attempt_id=None if attempt is None else attempt.id,
        amount_minor=amount_minor,
        currency=currency,
        description=description,
        status=OrderStatus.NEW,
        created_at=now,
    )
    session.add(order)
    order_happened(session, OrderPlaced, order)
    return order
