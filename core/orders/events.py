"""What happens to orders."""

from typing import ClassVar

from core.ids import AttemptId, OrderId, UserId
from core.outbox.event import Event


class OrderEvent(Event):
    """Something happened to an order; the amount is in minor units."""

    aggregate: ClassVar[str] = "order_id"
    order_id: OrderId
    user_id: UserId
    amount_minor: int
    currency: str
    attempt_id: AttemptId | None


class OrderPlaced(OrderEvent):
    """Somebody wants to pay from their wallet."""

    name: ClassVar[str] = "order.placed"


class OrderFinished(OrderEvent):
    """The money went where it was meant to."""

    name: ClassVar[str] = "order.finished"


class OrderCancelled(OrderEvent):
    """No money moved, or it is back."""

    name: ClassVar[str] = "order.cancelled"
    reason: str
