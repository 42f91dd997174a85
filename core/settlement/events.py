"""What happens to a debt apart from payments."""

from typing import ClassVar

from core.ids import IntentId, UserId
from core.purchases.events import PurchaseEvent


class IntentEvent(PurchaseEvent):
    """Something happened to a debt; amounts are in minor units."""

    intent_id: IntentId
    payer_id: UserId
    payee_id: UserId
    amount_minor: int
    currency: str


class IntentWrittenOff(IntentEvent):
    """The payee forgives what is left."""

    name: ClassVar[str] = "intent.written_off"


class IntentExpired(IntentEvent):
    """The due date is over, and the amount is not paid yet; it still can be."""

    name: ClassVar[str] = "intent.expired"


class DebtsSettled(PurchaseEvent):
    """Nothing is left to pay: the purchase can be closed."""

    name: ClassVar[str] = "purchase.debts_settled"
    owner_id: UserId
