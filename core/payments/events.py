"""What happens to payments of debts."""

from typing import ClassVar

from core.ids import AttemptId, UserId
from core.settlement.events import IntentEvent


class AttemptEvent(IntentEvent):
    """Something happened to an attempt; `amount_minor` is the attempt's."""

    attempt_id: AttemptId


class PaymentClaimed(AttemptEvent):
    """The payer says that the money was sent outside."""

    name: ClassVar[str] = "payment.claimed"
    has_proof: bool = False


class PaymentConfirmed(AttemptEvent):
    """The payee has the money; `left_minor` is what the debt still is. Nobody acted: the time was over."""

    name: ClassVar[str] = "payment.confirmed"
    left_minor: int


class PaymentDisputed(AttemptEvent):
    """The payee says that no money came."""

    name: ClassVar[str] = "payment.disputed"
    owner_id: UserId


class ClaimWithdrawn(AttemptEvent):
    """The payer takes "I paid" back."""

    name: ClassVar[str] = "payment.claim_withdrawn"
