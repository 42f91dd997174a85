"""What happens to payments of debts."""

from typing import ClassVar

from core.ids import AttemptId, RefundId, UserId
from core.outbox.event import Event
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


class PaymentReceived(AttemptEvent):
    """The money came by a wallet or a provider; of it the house keeps `service_fee_minor`."""

    name: ClassVar[str] = "payment.received"
    rail: str
    service_fee_minor: int
    left_minor: int


class AttemptMoved(Event):
    """An attempt by a wallet or a provider, or its link, has changed: its payer sees how it stands."""

    name: ClassVar[str] = "attempt.moved"
    aggregate: ClassVar[str] = "attempt_id"
    attempt_id: AttemptId
    payer_id: UserId
    status: str


class CameLate(Event):
    """Money came for an attempt that had ended; it is in the payer's wallet."""

    name: ClassVar[str] = "attempt.came_late"
    aggregate: ClassVar[str] = "attempt_id"
    attempt_id: AttemptId
    payer_id: UserId
    amount_minor: int
    currency: str


class RefundEvent(AttemptEvent):
    """Something happened to a refund of a debt's payment; `amount_minor` is the refund's."""

    refund_id: RefundId
    rail: str


class RefundRequested(RefundEvent):
    """The organiser asks the payee to give money back."""

    name: ClassVar[str] = "refund.requested"


class RefundStarted(RefundEvent):
    """The money is on its way back; by the manual rail its receiver is asked whether it came."""

    name: ClassVar[str] = "refund.started"


class RefundSucceeded(RefundEvent):
    """The money is back with the payer."""

    name: ClassVar[str] = "refund.succeeded"


class RefundCanceled(RefundEvent):
    """The money did not go back."""

    name: ClassVar[str] = "refund.canceled"
    reason: str


class TopUpRefundMoved(Event):
    """A refund of a top-up, which an operator began, has changed."""

    name: ClassVar[str] = "refund.top_up_moved"
    aggregate: ClassVar[str] = "refund_id"
    refund_id: RefundId
    user_id: UserId
    status: str
