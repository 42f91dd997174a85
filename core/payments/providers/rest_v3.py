"""The REST API that YooKassa calls v3: asking for payments and refunds, and reading its objects."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from core.ids import AttemptId, RefundId
from core.money import Money, to_decimal_string
from core.payments.provider import (
    NotUnderstood,
    Outcome,
    PaymentRequest,
    PaymentState,
    ProviderAway,
    RefundRequest,
    RefundState,
)
from core.payments.providers.asking import (
    UNREADABLE,
    Answer,
    ask,
    cut,
    decimal_money,
    dig,
    identity,
    identity_or_none,
    uuid_or_none,
    web_address,
    word,
)

DESCRIPTION_MAX = 128
REFUND_DESCRIPTION_MAX = 250
PAGE = 100
_NOT_FOUND = 404
_KEY_NAMES = ("Idempotence-Key", "idempotence_key")
_OUTCOMES = {
    "pending": Outcome.PENDING,
    # Our payments are captured at once, so that this one is on its way.
    "waiting_for_capture": Outcome.PENDING,
    "succeeded": Outcome.SUCCEEDED,
    "canceled": Outcome.CANCELED,
}
_REASONS = (
    "3d_secure_failed call_issuer canceled_by_merchant card_expired country_forbidden deal_expired expired_on_capture "
    "expired_on_confirmation fraud_suspected general_decline identification_required insufficient_funds "
    "internal_timeout invalid_card_number invalid_csc issuer_unavailable payment_method_limit_exceeded "
    "payment_method_restricted permission_revoked unsupported_mobile_operator rejected_by_payee rejected_by_timeout "
    "yoo_money_account_closed"
)


class RestV3:
    """The half of a provider that asks. `url` ends with a slash; the same key means the same operation for 24 hours."""

    name: str
    lists = True

    def __init__(
        self, http: httpx2.AsyncClient, *, url: str, shop_id: str, secret_key: SecretStr, currencies: frozenset[str]
    ) -> None:
        self._http = http
        self._url = url
        self._auth = httpx2.BasicAuth(shop_id, secret_key.get_secret_value())
        self._currencies = currencies

    def takes(self, currency: str) -> bool:
        """Return whether the contract covers this currency."""
        return currency in self._currencies

    async def create(self, request: PaymentRequest) -> PaymentState:
        """Ask for a payment that is captured at once and paid behind `confirmation_url`."""
        body = {
            "amount": _written(request.amount),
            "capture": True,
            "confirmation": {
                "type": "redirect",
                "return_url": request.return_url,
                "locale": "ru_RU" if request.language == "ru" else "en_US",
            },
            "description": cut(request.description, DESCRIPTION_MAX),
            "metadata": {"attempt_id": str(request.attempt_id)},
        }
        return _payment_of(await self._post("payments", body, key=str(request.attempt_id)), asked=None)

    async def fetch(self, payment_id: str) -> PaymentState:
        """Ask how a payment stands."""
        return _payment_of(await self._get(f"payments/{quote(payment_id, safe='')}"), asked=payment_id)

    async def refund(self, request: RefundRequest) -> RefundState:
        """Ask to give money back, in full or in part."""
        body = {
            "payment_id": request.payment_id,
            "amount": _written(request.amount),
            "description": cut(request.description, REFUND_DESCRIPTION_MAX),
            "metadata": {"refund_id": str(request.refund_id)},
        }
        return _refund_of(await self._post("refunds", body, key=str(request.refund_id)), asked=None)

    async def fetch_refund(self, provider_refund_id: str) -> RefundState:
        """Ask how a refund stands."""
        return _refund_of(await self._get(f"refunds/{quote(provider_refund_id, safe='')}"), asked=provider_refund_id)

    async def payments(self, *, since: datetime, until: datetime) -> AsyncIterator[PaymentState]:
        """List the payments created from `since` on and before `until`; one that cannot be read comes as `UNKNOWN`.

        :raises ProviderAway: if a page is missing.
        """
        asked = {"created_at.gte": _moment(since), "created_at.lt": _moment(until), "limit": str(PAGE)}
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            page = (await self._get("payments", asked if cursor is None else {**asked, "cursor": cursor})).good
            items = dig(page, "items")
            if not isinstance(items, list):
                raise ProviderAway(self.name)
            for item in items:
                yield _read_or_unknown(item)
            following = dig(page, "next_cursor")
            if following is None:
                return
            # A cursor that comes back would be read for ever.
            if not isinstance(following, str) or following in seen:
                raise ProviderAway(self.name)
            seen.add(following)
            cursor = following

    async def _get(self, path: str, query: dict[str, str] | None = None) -> Answer:
        return await ask(self._http, "GET", self._url + path, provider=self.name, auth=self._auth, params=query)

    async def _post(self, path: str, body: dict[str, Any], *, key: str) -> Answer:
        headers = {"Idempotence-Key": key}
        return await ask(
            self._http, "POST", self._url + path, provider=self.name, auth=self._auth, json=body, headers=headers
        )


def read_event(event: str, thing: Any) -> tuple[PaymentState | None, RefundState | None]:
    """Return the payment or the refund that a notice speaks of; of a payout or a deal, neither.

    :raises NotUnderstood: if the object is not what the API documents.
    """
    match event.partition(".")[0]:
        case "payment":
            return read_payment(thing), None
        case "refund":
            return None, read_refund(thing)
        case _:
            return None, None


def read_payment(thing: Any) -> PaymentState:
    """Return what an object of the API says of a payment.

    :raises NotUnderstood: if it is not what the API documents.
    """
    outcome = _outcome(thing)
    amount = _money(dig(thing, "amount"))
    attempt = uuid_or_none(dig(thing, "metadata", "attempt_id"))
    return PaymentState(
        outcome,
        payment_id=identity(dig(thing, "id")),
        attempt_id=None if attempt is None else AttemptId(attempt),
        amount=amount,
        fee_minor=_fee(amount, dig(thing, "income_amount")),
        confirmation_url=web_address(dig(thing, "confirmation", "confirmation_url")),
        reason=_reason(thing, outcome),
    )


def read_refund(thing: Any) -> RefundState:
    """Return what an object of the API says of a refund.

    :raises NotUnderstood: if it is not what the API documents.
    """
    outcome = _outcome(thing)
    refund = uuid_or_none(dig(thing, "metadata", "refund_id"))
    return RefundState(
        outcome,
        provider_refund_id=identity(dig(thing, "id")),
        payment_id=identity(dig(thing, "payment_id")),
        refund_id=None if refund is None else RefundId(refund),
        amount=_money(dig(thing, "amount")),
        reason=_reason(thing, outcome),
    )


def _payment_of(answer: Answer, *, asked: str | None) -> PaymentState:
    """Read an answer; `asked` is the id that a question was about, None for a request that changes something."""
    if answer.good is not None:
        try:
            state = read_payment(answer.good)
        except NotUnderstood:
            return PaymentState(Outcome.UNKNOWN, reason=UNREADABLE)
        if asked is None or state.payment_id == asked:
            return state
        return PaymentState(Outcome.UNKNOWN, reason="another_payment")
    outcome, reason = _refused(answer, is_question=asked is not None)
    return PaymentState(outcome, reason=reason)


def _refund_of(answer: Answer, *, asked: str | None) -> RefundState:
    if answer.good is not None:
        try:
            state = read_refund(answer.good)
        except NotUnderstood:
            return RefundState(Outcome.UNKNOWN, reason=UNREADABLE)
        if asked is None or state.provider_refund_id == asked:
            return state
        return RefundState(Outcome.UNKNOWN, reason="another_refund")
    outcome, reason = _refused(answer, is_question=asked is not None)
    return RefundState(outcome, reason=reason)


def _refused(answer: Answer, *, is_question: bool) -> tuple[Outcome, str]:
    refusal = answer.refusal
    # A refusal is the provider's only if it is written as one: a proxy on the way has pages for 404 of its own.
    if refusal is None or refusal.get("type") != "error":
        return Outcome.UNKNOWN, answer.reason
    # A question that is asked wrongly learns nothing; and a key that is refused belongs to an operation that may exist.
    is_exact = answer.status == _NOT_FOUND if is_question else refusal.get("parameter") not in _KEY_NAMES
    return (Outcome.REJECTED if is_exact else Outcome.UNKNOWN), word(refusal.get("code"))


def _read_or_unknown(thing: Any) -> PaymentState:
    try:
        return read_payment(thing)
    except NotUnderstood:
        return PaymentState(Outcome.UNKNOWN, payment_id=identity_or_none(dig(thing, "id")), reason=UNREADABLE)


def _outcome(thing: Any) -> Outcome:
    status = dig(thing, "status")
    if not isinstance(status, str) or status not in _OUTCOMES:
        raise NotUnderstood("no status")
    return _OUTCOMES[status]


def _money(thing: Any) -> Money:
    return decimal_money(dig(thing, "value"), dig(thing, "currency"))


def _fee(amount: Money, income: Any) -> int | None:
    if income is None:
        return None
    received = _money(income)
    known = received.currency == amount.currency and received <= amount
    return (amount - received).minor if known else None


def _reason(thing: Any, outcome: Outcome) -> str | None:
    if outcome is not Outcome.CANCELED:
        return None
    reason = word(dig(thing, "cancellation_details", "reason"))
    return reason if reason in _REASONS.split() or reason.startswith("loan_") else "unknown"


def _written(amount: Money) -> dict[str, str]:
    return {"value": to_decimal_string(amount), "currency": amount.currency}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
