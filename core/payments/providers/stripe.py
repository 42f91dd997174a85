"""Stripe: a Checkout Session for each payment, and notices that it signs its own way."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from core.errors import DomainError
from core.ids import AttemptId, RefundId
from core.money import MINOR_MAX, Money, exponent
from core.payments.provider import (
    Acknowledgement,
    NotGenuine,
    Notice,
    NotUnderstood,
    Outcome,
    PaymentRequest,
    PaymentState,
    ProviderAway,
    Received,
    RefundRequest,
    RefundState,
)
from core.payments.providers.asking import (
    UNREADABLE,
    Answer,
    ask,
    check_stamp,
    cut,
    dig,
    event_name,
    identity,
    identity_or_none,
    keys,
    read_object,
    uuid_or_none,
    web_address,
    whole_minor,
    word,
)
from core.secrets import Secret, Secrets

SECRET_NAME = "stripe_webhook_secret"  # noqa: S105 -- the name of one
VERSION = "2024-06-20"  # of the API; without it the shape of answers would follow the account's settings
NAME_MAX = 250
PAGE = 100
_NOT_FOUND = 404
_SIGNATURES_MAX = 16
# What a session does not say itself: whether its payment failed for good, and what Stripe keeps of it.
_DEEPER = "payment_intent.latest_charge.balance_transaction"

# Stripe's own rules of small units, which are not ISO 4217's. UGX is told of in two ways, without decimals and written
# with two nevertheless; rather than be wrong by a hundred, it is not taken at all.
_WITHOUT_DECIMALS = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_WITH_THREE = ("BHD", "JOD", "KWD", "OMR", "TND")  # and the last one must be 0
_WRITTEN_WITH_TWO = ("ISK",)  # it has none, but is asked for as 500 where 5 are meant

_REFUNDS = {
    "pending": Outcome.PENDING,
    "requires_action": Outcome.PENDING,
    "succeeded": Outcome.SUCCEEDED,
    "failed": Outcome.CANCELED,
    "canceled": Outcome.CANCELED,
}
_SESSION_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    }
)
_REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})


class Stripe:
    """Stripe. `payment_id` is the session's (`cs_...`); what is refunded is the payment intent behind it."""

    name = "stripe"
    signs = True
    lists = True
    acknowledgement = Acknowledgement()

    def __init__(
        self, http: httpx2.AsyncClient, *, url: str, api_key: SecretStr, secrets: Secrets, currencies: frozenset[str]
    ) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {api_key.get_secret_value()}", "Stripe-Version": VERSION}
        self._secrets = secrets
        self._currencies = currencies

    def takes(self, currency: str) -> bool:
        """Return whether the account takes this currency, and its small unit is known."""
        return currency in self._currencies and _decimals(currency) is not None

    def verify(self, received: Received, now: datetime) -> str:
        """Return the id of the key that the notice is signed with.

        :raises NotGenuine: if it is signed with none of ours, or not near `now`.
        """
        return verify_stripe_signature(received, keys(self._secrets, SECRET_NAME, now), now)

    def parse(self, received: Received) -> Notice:
        """Return what the event says; of most events, that we do not follow it.

        :raises NotUnderstood: if it is not what Stripe documents.
        """
        body = read_object(received.raw)
        dedup_key, event = identity(body.get("id")), event_name(body.get("type"))
        thing = dig(body, "data", "object")
        if event in _SESSION_EVENTS and dig(thing, "mode") == "payment":
            failed = event == "checkout.session.async_payment_failed"
            return Notice(dedup_key, event, payment=_read_session(thing, failed=failed))
        if event in _REFUND_EVENTS:
            return Notice(dedup_key, event, refund=_read_refund(thing))
        return Notice(dedup_key, event)

    async def create(self, request: PaymentRequest) -> PaymentState:
        """Ask for a session; `REJECTED` where Stripe cannot express the amount.

        It expires by Stripe's own 24 hours: a moment of ours would differ when asked again, and so be refused.
        """
        amount = to_stripe(request.amount)
        if amount is None:
            return PaymentState(Outcome.REJECTED, reason="amount_not_possible")
        form = {
            "mode": "payment",
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "client_reference_id": str(request.attempt_id),
            "metadata[attempt_id]": str(request.attempt_id),
            "payment_intent_data[metadata][attempt_id]": str(request.attempt_id),
            "locale": "ru" if request.language == "ru" else "en",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": request.amount.currency.lower(),
            "line_items[0][price_data][unit_amount]": str(amount),
            "line_items[0][price_data][product_data][name]": cut(request.description, NAME_MAX),
        }
        answer = await self._ask("POST", "checkout/sessions", data=form, key=str(request.attempt_id))
        return _session_of(answer, asked=None)

    async def fetch(self, payment_id: str) -> PaymentState:
        """Ask how a payment stands, and what Stripe keeps of it if it succeeded."""
        return _session_of(await self._session(payment_id), asked=payment_id)

    async def refund(self, request: RefundRequest) -> RefundState:
        """Ask to give money back: first which payment intent it was, then to refund it."""
        amount = to_stripe(request.amount)
        if amount is None:
            return RefundState(Outcome.REJECTED, reason="amount_not_possible")
        answer = await self._session(request.payment_id)
        session = _session_of(answer, asked=request.payment_id)
        if session.outcome is Outcome.UNKNOWN:
            return RefundState(Outcome.UNKNOWN, reason=session.reason)
        intent = identity_or_none(dig(answer.good, "payment_intent", "id") or dig(answer.good, "payment_intent"))
        if session.outcome is not Outcome.SUCCEEDED or intent is None:
            return RefundState(Outcome.REJECTED, reason="not_paid")
        form = {
            "payment_intent": intent,
            "amount": str(amount),
            "metadata[refund_id]": str(request.refund_id),
            "metadata[payment_id]": request.payment_id,
        }
        return _refund_of(await self._ask("POST", "refunds", data=form, key=str(request.refund_id)), asked=None)

    async def fetch_refund(self, provider_refund_id: str) -> RefundState:
        """Ask how a refund stands; which payment it belongs to is known only for a refund that we asked for."""
        answer = await self._ask("GET", f"refunds/{quote(provider_refund_id, safe='')}")
        return _refund_of(answer, asked=provider_refund_id)

    async def payments(self, *, since: datetime, until: datetime) -> AsyncIterator[PaymentState]:
        """List the sessions created from `since` on and before `until`, by whole seconds.

        :raises ProviderAway: if a page is missing.
        """
        query = {
            "created[gte]": str(int(since.timestamp())),
            "created[lt]": str(int(until.timestamp())),
            "limit": str(PAGE),
            "expand[]": f"data.{_DEEPER}",
        }
        while True:
            page = (await self._ask("GET", "checkout/sessions", params=query)).good
            sessions = dig(page, "data")
            if not isinstance(sessions, list):
                raise ProviderAway(self.name)
            for session in sessions:
                if dig(session, "mode") == "payment":
                    yield _read_or_unknown(session)
            if not dig(page, "has_more"):
                return
            last = identity_or_none(dig(sessions[-1], "id")) if sessions else None
            if last is None or last == query.get("starting_after"):
                raise ProviderAway(self.name)
            query["starting_after"] = last

    async def _session(self, payment_id: str) -> Answer:
        return await self._ask("GET", f"checkout/sessions/{quote(payment_id, safe='')}", params={"expand[]": _DEEPER})

    async def _ask(self, method: str, path: str, *, key: str | None = None, **parts: Any) -> Answer:
        headers = self._headers if key is None else {**self._headers, "Idempotency-Key": key}
        return await ask(self._http, method, self._url + path, provider=self.name, headers=headers, **parts)


def verify_stripe_signature(received: Received, secrets: Sequence[Secret], now: datetime) -> str:
    """Return the id of the secret (used as it is written, `whsec_` included) that one of the signatures was made with.

    Stripe's own library lets notices from the future pass; here they are as wrong as old ones.

    :raises NotGenuine: if there is none, or the notice was not signed within five minutes of `now`.
    """
    header = received.headers.get("stripe-signature", "")
    items = [item.strip().partition("=") for item in header.split(",")]
    stamps = [value for name, _, value in items if name == "t"]
    if len(stamps) != 1:
        raise NotGenuine("no time stamp")
    check_stamp(stamps[0], now)
    signed = f"{stamps[0]}.".encode() + received.raw
    # Whatever is no ASCII becomes a question mark, which no signature contains.
    listed = [value.encode("ascii", "replace") for name, _, value in items if name == "v1"][:_SIGNATURES_MAX]
    for secret in secrets:
        expected = hmac.new(secret.value.encode(), signed, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(expected, signature) for signature in listed):
            return secret.kid
    raise NotGenuine("no signature of ours")


def _decimals(currency: str) -> int | None:
    """Return how many decimals Stripe's small unit of a currency has; None: it is not known to take the currency."""
    if currency in _WITHOUT_DECIMALS:
        return 0
    if currency in _WITH_THREE:
        return 3
    try:
        ordinary = exponent(currency)
    except DomainError:
        return None
    return 2 if ordinary == 2 or currency in _WRITTEN_WITH_TWO else None  # noqa: PLR2004 -- cents


def to_stripe(money: Money) -> int | None:
    """Return an amount in Stripe's small units, or None where Stripe cannot express it."""
    theirs = _decimals(money.currency)
    if theirs is None:
        return None
    more = theirs - exponent(money.currency)
    scale: int = 10 ** abs(more)
    amount, rest = (money.minor * scale, 0) if more >= 0 else divmod(money.minor, scale)
    if rest or (money.currency in _WITH_THREE and amount % 10):
        return None
    return amount


def from_stripe(amount: Any, currency: Any) -> Money:
    """Return an amount that Stripe wrote in its own small units.

    :raises NotUnderstood: if it is none, or no whole number of ours.
    """
    ours = currency.upper() if isinstance(currency, str) else ""
    theirs = _decimals(ours)
    if theirs is None:
        raise NotUnderstood("no currency that we take")
    fewer = theirs - exponent(ours)
    read = whole_minor(amount)
    scale: int = 10 ** abs(fewer)
    minor, rest = divmod(read, scale) if fewer >= 0 else (read * scale, 0)
    if rest or minor > MINOR_MAX:
        raise NotUnderstood("no amount")
    return Money(minor, ours)


def _read_session(thing: Any, *, failed: bool = False) -> PaymentState:
    """Read a session; `failed` if the event says that its payment did, which the session itself does not."""
    status, paid = dig(thing, "status"), dig(thing, "payment_status")
    intent = dig(thing, "payment_intent")
    error = dig(intent, "last_payment_error")
    reason = None
    if paid == "paid":
        outcome = Outcome.SUCCEEDED
    elif status == "expired":
        outcome, reason = Outcome.CANCELED, "expired"
    elif paid == "unpaid" and failed:
        outcome, reason = Outcome.CANCELED, "async_payment_failed"
    elif paid == "unpaid" and status == "complete" and dig(intent, "status") in ("requires_payment_method", "canceled"):
        # The session is over, its delayed payment has failed, and nobody can pay it again.
        outcome, reason = Outcome.CANCELED, word(dig(error, "decline_code") or dig(error, "code"))
    elif paid == "unpaid" and status in ("open", "complete"):
        outcome = Outcome.PENDING
    else:
        raise NotUnderstood("no status")
    amount = from_stripe(dig(thing, "amount_total"), dig(thing, "currency"))
    attempt = uuid_or_none(dig(thing, "metadata", "attempt_id")) or uuid_or_none(dig(thing, "client_reference_id"))
    return PaymentState(
        outcome,
        payment_id=identity(dig(thing, "id")),
        attempt_id=None if attempt is None else AttemptId(attempt),
        amount=amount,
        fee_minor=_fee(amount, dig(intent, "latest_charge", "balance_transaction")),
        confirmation_url=web_address(dig(thing, "url")),
        reason=reason,
    )


def _fee(amount: Money, booked: Any) -> int | None:
    try:
        fee = from_stripe(dig(booked, "fee"), dig(booked, "currency"))
    except NotUnderstood:
        return None
    # An account in another currency is charged its fee there, and what that is of this amount is not told.
    return fee.minor if fee.currency == amount.currency else None


def _read_refund(thing: Any) -> RefundState:
    status = dig(thing, "status")
    if not isinstance(status, str) or status not in _REFUNDS:
        raise NotUnderstood("no status")
    outcome = _REFUNDS[status]
    refund = uuid_or_none(dig(thing, "metadata", "refund_id"))
    return RefundState(
        outcome,
        provider_refund_id=identity(dig(thing, "id")),
        payment_id=identity_or_none(dig(thing, "metadata", "payment_id")),
        refund_id=None if refund is None else RefundId(refund),
        amount=from_stripe(dig(thing, "amount"), dig(thing, "currency")),
        reason=word(dig(thing, "failure_reason")) if outcome is Outcome.CANCELED else None,
    )


def _read_or_unknown(thing: Any) -> PaymentState:
    try:
        return _read_session(thing)
    except NotUnderstood:
        return PaymentState(Outcome.UNKNOWN, payment_id=identity_or_none(dig(thing, "id")), reason=UNREADABLE)


def _session_of(answer: Answer, *, asked: str | None) -> PaymentState:
    """Read an answer; `asked` is the id that a question was about, None for a request that changes something."""
    if answer.good is not None:
        state = _read_or_unknown(answer.good)
        if asked is None or state.outcome is Outcome.UNKNOWN or state.payment_id == asked:
            return state
        return PaymentState(Outcome.UNKNOWN, reason="another_payment")
    outcome, reason = _refused(answer, is_question=asked is not None)
    return PaymentState(outcome, reason=reason)


def _refund_of(answer: Answer, *, asked: str | None) -> RefundState:
    if answer.good is not None:
        try:
            state = _read_refund(answer.good)
        except NotUnderstood:
            return RefundState(Outcome.UNKNOWN, reason=UNREADABLE)
        if asked is None or state.provider_refund_id == asked:
            return state
        return RefundState(Outcome.UNKNOWN, reason="another_refund")
    outcome, reason = _refused(answer, is_question=asked is not None)
    return RefundState(outcome, reason=reason)


def _refused(answer: Answer, *, is_question: bool) -> tuple[Outcome, str]:
    error = dig(answer.refusal, "error")
    # A refusal is the provider's only if it is written as one: a proxy on the way has pages for 404 of its own.
    if error is None:
        return Outcome.UNKNOWN, answer.reason
    # A question that is asked wrongly learns nothing; and a key that is refused belongs to an operation that may exist.
    is_exact = answer.status == _NOT_FOUND if is_question else dig(error, "type") != "idempotency_error"
    return (Outcome.REJECTED if is_exact else Outcome.UNKNOWN), word(dig(error, "code") or dig(error, "type"))
