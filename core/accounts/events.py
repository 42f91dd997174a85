"""What happens to wallets."""

from typing import ClassVar

from core.ids import OrderId, UserId, WithdrawalId
from core.outbox.event import Event


class HoldEvent(Event):
    """The money for an order was asked for; amounts are in minor units."""

    aggregate: ClassVar[str] = "order_id"
    order_id: OrderId
    user_id: UserId
    amount_minor: int
    currency: str


class MoneyHeld(HoldEvent):
    """It was there, and is held for the order."""

    name: ClassVar[str] = "account.money_held"


class HoldRefused(HoldEvent):
    """It was not there (`reason`: not_enough_money)."""

    name: ClassVar[str] = "account.hold_refused"
    reason: str


class WithdrawalEvent(Event):
    """Something happened to a request to withdraw."""

    aggregate: ClassVar[str] = "withdrawal_id"
    withdrawal_id: WithdrawalId
    user_id: UserId
    amount_minor: int
    currency: str


class WithdrawalRequested(WithdrawalEvent):
    """The money left the wallet and waits for an operator."""

    name: ClassVar[str] = "account.withdrawal_requested"


class WithdrawalSettled(WithdrawalEvent):
    """The operator sent the money, or gave it back to the wallet for a reason."""

    name: ClassVar[str] = "account.withdrawal_settled"
    status: str
    reason: str | None = None
