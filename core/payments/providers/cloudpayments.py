"""CloudPayments: a link to pay an order behind, and notices signed over their form."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from pydantic import SecretStr

from core.ids import AttemptId, RefundId
from core.money import Money, to_decimal_string
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
    cut,
    decimal_money,
    dig,
    identity_or_none,
    keys,
    read_json,
    uuid_or_none,
    web_address,
)
from core.secrets import Secret, Secrets

SECRET_NAME = "cloudpayments_api_secret"  # noqa: S105 -- the name of one
DESCRIPTION_MAX = 250
PAGES_MAX = 1000
_FIELDS_MAX = 200
_NUMBER = re.compile(r"[0-9]{1,18}")
_KINDS = ("check", "pay", "fail", "confirm", "refund", "cancel")
_NOT_FOUND = "Not found"
_REFUNDS = {"Completed": Outcome.SUCCEEDED, "Declined": Outcome.CANCELED}
_PAYMENT = 0  # of the kinds of operations in a list; refunds and payouts have other numbers


class CloudPayments:
    """CloudPayments. `payment_id` is the `InvoiceId`, which is our attempt: an order's link allows several tries.

    A try that was declined is therefore `PENDING`: the payer may take another card on the same page. The link closes
    only when it is paid, or canceled by hand.
    """

    name = "cloudpayments"
    signs = True
    lists = True
    acknowledgement = Acknowledgement(b'{"code":0}', "application/json")

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        url: str,
        public_id: str,
        api_secret: SecretStr,
        secrets: Secrets,
        currencies: frozenset[str],
    ) -> None:
        self._http = http
        self._url = url
        self._auth = httpx2.BasicAuth(public_id, api_secret.get_secret_value())
        self._secrets = secrets
        self._currencies = currencies

    def takes(self, currency: str) -> bool:
        """Return whether the contract covers this currency."""
        return currency in self._currencies

    def verify(self, received: Received, now: datetime) -> str:
        """Return the id of the key that the notice is signed with; it carries no time, so that an old one passes.

        :raises NotGenuine: if it is signed with none of ours.
        """
        return verify_content_hmac(received, keys(self._secrets, SECRET_NAME, now))

    def parse(self, received: Received) -> Notice:
        """Return what a notice says; which kind it is stands in its address, not in its form.

        :raises NotUnderstood: if it is not what CloudPayments documents.
        """
        kind = received.query.get("event", "")
        if kind not in _KINDS:
            raise NotUnderstood("no kind")
        form = _read_form(received.raw)
        dedup_key = f"{kind}:{_number(form.get('TransactionId'))}"
        match kind:
            case "pay" | "confirm":
                return Notice(dedup_key, kind, payment=_read_payment(form, status=form.get("Status")))
            case "fail":
                return Notice(dedup_key, kind, payment=_read_payment(form, status="Declined"))
            case "cancel":
                return Notice(dedup_key, kind, payment=_read_canceled(form))
            case "refund":
                return Notice(dedup_key, kind, refund=_read_refund(form))
            case _:
                return Notice(dedup_key, kind)

    async def create(self, request: PaymentRequest) -> PaymentState:
        """Ask for an order that is paid behind `confirmation_url`; asked again within an hour, it is the same one."""
        form = {
            "Amount": to_decimal_string(request.amount),
            "Currency": request.amount.currency,
            "Description": cut(request.description, DESCRIPTION_MAX),
            "InvoiceId": str(request.attempt_id),
            "CultureName": "ru-RU" if request.language == "ru" else "en-US",
            "SuccessRedirectUrl": request.return_url,
            "FailRedirectUrl": request.return_url,
        }
        answer = await self._ask("orders/create", form, key=str(request.attempt_id))
        link = web_address(dig(answer.good, "Model", "Url"))
        if dig(answer.good, "Success") is True and link is not None:
            return PaymentState(
                Outcome.PENDING,
                payment_id=str(request.attempt_id),
                attempt_id=request.attempt_id,
                amount=request.amount,
                confirmation_url=link,
            )
        outcome, reason = _refused(answer)
        return PaymentState(outcome, reason=reason)

    async def fetch(self, payment_id: str) -> PaymentState:
        """Ask how the latest try to pay stands; that there was none yet is `PENDING`, since the link is open."""
        return _payment_of(await self._find(payment_id), asked=payment_id)

    async def refund(self, request: RefundRequest) -> RefundState:
        """Ask to give money back: first which transaction it was, then to refund it, which happens at once."""
        found = await self._find(request.payment_id)
        payment = _payment_of(found, asked=request.payment_id)
        if payment.outcome is Outcome.UNKNOWN:
            return RefundState(Outcome.UNKNOWN, reason=payment.reason)
        if payment.outcome is not Outcome.SUCCEEDED:
            return RefundState(Outcome.REJECTED, reason="not_paid")
        form = {
            "TransactionId": _number(dig(found.good, "Model", "TransactionId")),
            "Amount": to_decimal_string(request.amount),
            "JsonData": json.dumps({"refund_id": str(request.refund_id)}),
        }
        answer = await self._ask("payments/refund", form, key=str(request.refund_id))
        number = dig(answer.good, "Model", "TransactionId")
        if dig(answer.good, "Success") is True and type(number) is int:
            return RefundState(
                Outcome.SUCCEEDED,
                provider_refund_id=str(number),
                payment_id=request.payment_id,
                refund_id=request.refund_id,
                amount=request.amount,
            )
        outcome, reason = _refused(answer)
        return RefundState(outcome, reason=reason)

    async def fetch_refund(self, provider_refund_id: str) -> RefundState:
        """Ask how a refund stands."""
        answer = await self._ask("payments/get", {"TransactionId": provider_refund_id})
        model = dig(answer.good, "Model")
        if model is None:
            is_none = dig(answer.good, "Success") is False and dig(answer.good, "Message") == _NOT_FOUND
            return RefundState(Outcome.REJECTED if is_none else Outcome.UNKNOWN, reason=_refused(answer)[1])
        outcome = _REFUNDS.get(str(dig(model, "Status")), Outcome.UNKNOWN)
        if outcome is Outcome.UNKNOWN or str(dig(model, "TransactionId")) != provider_refund_id:
            return RefundState(Outcome.UNKNOWN, reason=UNREADABLE)
        try:
            return RefundState(
                outcome,
                provider_refund_id=provider_refund_id,
                payment_id=identity_or_none(dig(model, "InvoiceId")),
                refund_id=_refund_id(dig(model, "JsonData")),
                amount=decimal_money(dig(model, "Amount"), dig(model, "Currency")),
                reason=_reason(model) if outcome is Outcome.CANCELED else None,
            )
        except NotUnderstood:
            return RefundState(Outcome.UNKNOWN, reason=UNREADABLE)

    async def payments(self, *, since: datetime, until: datetime) -> AsyncIterator[PaymentState]:
        """List the tries to pay from `since` until `until`; a payment may come several times, as its tries went.

        :raises ProviderAway: if a page is missing.
        """
        form = {
            "CreatedDateGte": since.astimezone(UTC).isoformat(timespec="seconds"),
            "CreatedDateLte": until.astimezone(UTC).isoformat(timespec="seconds"),
            "TimeZone": "UTC",
        }
        seen: set[str] = set()
        for page in range(1, PAGES_MAX + 1):
            answer = (await self._ask("v2/payments/list", {**form, "PageNumber": str(page)})).good
            models = dig(answer, "Model")
            if dig(answer, "Success") is not True or not isinstance(models, list):
                raise ProviderAway(self.name)
            # A page behind the last one may be empty, or the last one again.
            new = [model for model in models if str(dig(model, "TransactionId")) not in seen]
            if not new:
                return
            seen |= {str(dig(model, "TransactionId")) for model in new}
            for model in new:
                if dig(model, "Type") in (_PAYMENT, None):
                    yield _read_or_unknown(model)
        raise ProviderAway(self.name)

    async def _find(self, payment_id: str) -> Answer:
        # The first version finds payments alone; the second would find a refund of this one.
        return await self._ask("payments/find", {"InvoiceId": payment_id})

    async def _ask(self, path: str, form: Mapping[str, str], *, key: str | None = None) -> Answer:
        headers = {} if key is None else {"X-Request-ID": key}
        return await ask(
            self._http, "POST", self._url + path, provider=self.name, auth=self._auth, data=form, headers=headers
        )


def verify_content_hmac(received: Received, secrets: Sequence[Secret]) -> str:
    """Return the id of the secret that `X-Content-HMAC` was made with, over the body as it came.

    :raises NotGenuine: if there is none.
    """
    # Whatever is no ASCII becomes a question mark, which no signature contains.
    given = received.headers.get("x-content-hmac", "").encode("ascii", "replace")
    for secret in secrets:
        expected = base64.b64encode(hmac.digest(secret.value.encode(), received.raw, hashlib.sha256))
        if hmac.compare_digest(expected, given):
            return secret.kid
    raise NotGenuine("no signature of ours")


def _read_form(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict")
    except ValueError:
        raise NotUnderstood("no form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise NotUnderstood("a field that comes twice")
    return form


def _number(value: Any) -> str:
    written = str(value) if type(value) is int else value
    if not (isinstance(written, str) and _NUMBER.fullmatch(written)):
        raise NotUnderstood("no transaction")
    return written


def _read_payment(fields: Mapping[str, Any], *, status: Any) -> PaymentState:
    """Read a payment of a notice's form or of an answer's model, which name their fields alike."""
    match status:
        case "Completed":
            outcome, reason = Outcome.SUCCEEDED, None
        case "AwaitingAuthentication" | "Authorized":
            outcome, reason = Outcome.PENDING, None
        case "Declined":
            outcome, reason = Outcome.PENDING, _reason(fields)
        case "Cancelled":
            return _read_canceled(fields)
        case _:
            raise NotUnderstood("no status")
    _number(fields.get("TransactionId"))
    amount = decimal_money(fields.get("Amount"), fields.get("Currency"))
    return PaymentState(
        outcome,
        payment_id=identity_or_none(fields.get("InvoiceId")),
        attempt_id=_attempt_id(fields),
        amount=amount,
        fee_minor=_fee(fields, amount),
        reason=reason,
    )


def _read_canceled(fields: Mapping[str, Any]) -> PaymentState:
    return PaymentState(
        Outcome.CANCELED,
        payment_id=identity_or_none(fields.get("InvoiceId")),
        attempt_id=_attempt_id(fields),
        reason="canceled",
    )


def _read_refund(form: Mapping[str, str]) -> RefundState:
    _number(form.get("PaymentTransactionId"))
    return RefundState(
        Outcome.SUCCEEDED,
        provider_refund_id=_number(form.get("TransactionId")),
        payment_id=identity_or_none(form.get("InvoiceId")),
        refund_id=_refund_id(form.get("Data")),
        # The documented form has no currency: without one, the amount has to be fetched.
        amount=decimal_money(form.get("Amount"), form["Currency"]) if form.get("Currency") else None,
    )


def _attempt_id(fields: Mapping[str, Any]) -> AttemptId | None:
    found = uuid_or_none(fields.get("InvoiceId"))
    return None if found is None else AttemptId(found)


def _refund_id(data: Any) -> RefundId | None:
    """Return the id of ours in what we gave a refund to carry, which comes back as JSON within text."""
    try:
        found = uuid_or_none(dig(read_json(data.encode()), "refund_id")) if isinstance(data, str) else None
    except ValueError:
        return None
    return None if found is None else RefundId(found)


def _fee(fields: Mapping[str, Any], amount: Money) -> int | None:
    try:
        fee = decimal_money(fields.get("TotalFee"), amount.currency)
    except NotUnderstood:
        return None
    return fee.minor if fee <= amount else None


def _reason(fields: Mapping[str, Any]) -> str:
    try:
        return f"code_{_number(fields.get('ReasonCode'))}"
    except NotUnderstood:
        return "declined"


def _read_or_unknown(model: Any) -> PaymentState:
    try:
        return _read_payment(model if isinstance(model, dict) else {}, status=dig(model, "Status"))
    except NotUnderstood:
        return PaymentState(Outcome.UNKNOWN, payment_id=identity_or_none(dig(model, "InvoiceId")), reason=UNREADABLE)


def _payment_of(answer: Answer, *, asked: str) -> PaymentState:
    # `Success` tells whether the payment succeeded; a declined one comes with its model all the same.
    model = dig(answer.good, "Model")
    if model is None:
        if dig(answer.good, "Success") is False and dig(answer.good, "Message") == _NOT_FOUND:
            attempt = uuid_or_none(asked)
            return PaymentState(
                Outcome.PENDING,
                payment_id=asked,
                attempt_id=None if attempt is None else AttemptId(attempt),
                reason="not_paid_yet",
            )
        return PaymentState(Outcome.UNKNOWN, reason=answer.reason)
    state = _read_or_unknown(model)
    if state.outcome is Outcome.UNKNOWN or state.payment_id == asked:
        return state
    return PaymentState(Outcome.UNKNOWN, reason="another_payment")


def _refused(answer: Answer) -> tuple[Outcome, str]:
    """Read an answer that is no success: CloudPayments refuses with status 200."""
    if dig(answer.good, "Success") is False:
        return Outcome.REJECTED, "refused"
    return Outcome.UNKNOWN, answer.reason if answer.good is None else UNREADABLE
