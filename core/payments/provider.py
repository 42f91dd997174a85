"""What a payment provider does for us: the port that every file of `providers/` fills, and the words they share."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.ids import AttemptId, RefundId
from core.money import Money

PROVIDERS = ("yookassa", "standard", "stripe", "cloudpayments", "telegram")  # all that we speak with, set up or not


class Outcome(StrEnum):
    """What a provider says of a payment or a refund. Only the first and the third are final.

    `REJECTED` is a request that was refused and had no effect: the provider knows of no payment. `UNKNOWN` is
    everything that is no exact answer (a timeout, a 500, a broken body): the payment may or may not exist.
    """

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    CANCELED = "canceled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class NotGenuine(Exception):
    """A notice is not from the provider, or cannot be shown to be; the edge answers 401 and says no more."""


class NotUnderstood(Exception):
    """A genuine notice is not what the provider documents; it is stored, and repeating it would not help."""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment that the provider is to create. Asking again with the same `attempt_id` creates no second one.

    `description` is plain text, `payer_telegram_id` is for the provider that asks inside Telegram.
    """

    attempt_id: AttemptId
    amount: Money
    description: str
    return_url: str
    language: str
    payer_telegram_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentState:
    """What a provider says of a payment.

    `amount` is what the payer was charged, `fee_minor` what the provider keeps of it (None: not told), `attempt_id`
    what it was created for as far as the provider repeats that, `reason` why it did not succeed, in its own word.
    """

    outcome: Outcome
    payment_id: str | None = None
    attempt_id: AttemptId | None = None
    amount: Money | None = None
    fee_minor: int | None = None
    confirmation_url: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money that the provider is to give back. Asking again with the same `refund_id` gives nothing back twice."""

    refund_id: RefundId
    payment_id: str
    amount: Money
    description: str


@dataclass(frozen=True, slots=True)
class RefundState:
    """What a provider says of a refund; `refund_id` is ours as far as the provider repeats it."""

    outcome: Outcome
    provider_refund_id: str | None = None
    payment_id: str | None = None
    refund_id: RefundId | None = None
    amount: Money | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of a provider: its identity (two with the same `dedup_key` are one) and what it speaks of.

    `payment` or `refund` is what it claims, None where it speaks of something that we do not follow. Where the provider
    does not sign, only the ids in it are used, to fetch the object.
    """

    dedup_key: str
    event: str
    payment: PaymentState | None = None
    refund: RefundState | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A notice as it came: raw bytes, header names in lower case, the query of its address, and who sent it."""

    raw: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    peer: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the provider wants to hear when its notice is stored; always with status 200."""

    body: bytes = b""
    media_type: str = "text/plain"


class Provider(Protocol):
    """A payment provider. What the network or the provider does wrong is `UNKNOWN`, never an exception.

    `signs` says whether its notices prove their content; where they do not, the object is fetched first.
    `lists` says whether its payments can be listed at all.
    """

    name: str
    signs: bool
    lists: bool
    acknowledgement: Acknowledgement

    def takes(self, currency: str) -> bool:
        """Return whether it takes payments in this currency."""
        ...

    def verify(self, received: Received, now: datetime) -> str:
        """Return the id of the key that a genuine notice was signed with, or of the rule that it was believed by.

        :raises NotGenuine: if it is not genuine, too old, from the future, or malformed in any way; nothing else, ever.
        """
        ...

    def parse(self, received: Received) -> Notice:
        """Return what a genuine notice says; an event that we do not follow is no error.

        :raises NotUnderstood: if it is not what the provider documents.
        """
        ...

    async def create(self, request: PaymentRequest) -> PaymentState:
        """Ask for a payment; `PENDING` comes with a `confirmation_url` where the payer has to go there."""
        ...

    async def fetch(self, payment_id: str) -> PaymentState:
        """Ask how a payment stands; `REJECTED` if the provider knows of none."""
        ...

    async def refund(self, request: RefundRequest) -> RefundState:
        """Ask to give money back."""
        ...

    async def fetch_refund(self, provider_refund_id: str) -> RefundState:
        """Ask how a refund stands; `REJECTED` if the provider knows of none."""
        ...

    def payments(self, *, since: datetime, until: datetime) -> AsyncIterator[PaymentState]:
        """List the payments that were created in a span of time, for reconciliation.

        :raises ProviderAway: if the provider gives no exact answer.
        """
        ...


class ProviderAway(Exception):
    """The provider gave no exact answer to a question about many payments; ask again later."""
