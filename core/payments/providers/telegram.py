"""Payments inside Telegram: an invoice in the payer's chat with the bot, paid without leaving Telegram."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import datetime

import httpx2
from pydantic import SecretStr

from core.ids import AttemptId, lengthen, shorten
from core.money import Money
from core.payments.provider import (
    Acknowledgement,
    NotGenuine,
    Notice,
    Outcome,
    PaymentRequest,
    PaymentState,
    Received,
    RefundRequest,
    RefundState,
)
from core.payments.providers.asking import ask, cut, identity, known_currency, read_object, whole_minor

TITLE_MAX = 32
DESCRIPTION_MAX = 255
# A forwarded invoice then has a link to the bot in place of a button with which anybody could pay this very one.
START_PARAMETER = "debts"
_FORBIDDEN = 403
_TOKEN_REFUSED = (401, 404)
_TOKEN = re.compile(r"/bot[0-9]+:[A-Za-z0-9_-]+")


def _hide_token(record: logging.LogRecord) -> bool:
    """Keep the token, which is part of every address, out of the client's own log of requests."""
    message = record.getMessage()
    if "/bot" in message:
        record.msg, record.args = _TOKEN.sub("/bot<token>", message), None
    return True


logging.getLogger("httpx2").addFilter(_hide_token)


class Telegram:
    """Telegram. `payment_id` is the charge's, known only once it is paid; nothing can be asked about, only waited for.

    Asked twice, it sends a second invoice with the same payload; that only one of them is paid is seen to by whoever
    answers the pre-checkout question.
    """

    name = "telegram"
    signs = True
    lists = False
    acknowledgement = Acknowledgement()

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        url: str,
        bot_token: SecretStr,
        payment_token: SecretStr | None,
        currencies: frozenset[str],
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._bot_token = bot_token
        self._payment_token = payment_token
        self._currencies = currencies

    def takes(self, currency: str) -> bool:
        """Return whether the provider behind the payment token takes this currency; without a token there is none."""
        return self._payment_token is not None and currency in self._currencies

    def verify(self, received: Received, now: datetime) -> str:  # noqa: ARG002 -- whatever it is
        """Refuse: what was paid comes as an update of Telegram's, which is proven before it gets here.

        :raises NotGenuine: always.
        """
        raise NotGenuine("Telegram sends updates, not notices")

    def parse(self, received: Received) -> Notice:
        """Return what a `successful_payment` says, which is given as the JSON that the update holds.

        :raises NotUnderstood: if it is not what Telegram documents.
        """
        body = read_object(received.raw)
        charge = identity(body.get("telegram_payment_charge_id"))
        state = PaymentState(
            Outcome.SUCCEEDED,
            payment_id=charge,
            attempt_id=_attempt_id(body.get("invoice_payload")),
            amount=Money(whole_minor(body.get("total_amount")), known_currency(body.get("currency"))),
        )
        return Notice(charge, "successful_payment", payment=state)

    async def create(self, request: PaymentRequest) -> PaymentState:
        """Send the invoice to the payer; there is no address to go to, and no id before it is paid."""
        if self._payment_token is None:
            return PaymentState(Outcome.REJECTED, reason="switched_off")
        if request.payer_telegram_id is None:
            return PaymentState(Outcome.REJECTED, reason="payer_not_in_telegram")
        title = cut(request.description, TITLE_MAX)
        body = {
            "chat_id": request.payer_telegram_id,
            "title": title,
            "description": cut(request.description, DESCRIPTION_MAX),
            "payload": shorten(request.attempt_id),
            "provider_token": self._payment_token.get_secret_value(),
            "currency": request.amount.currency,
            "prices": [{"label": title, "amount": request.amount.minor}],
            "start_parameter": START_PARAMETER,
        }
        address = f"{self._url}/bot{self._bot_token.get_secret_value()}/sendInvoice"
        answer = await ask(self._http, "POST", address, provider=self.name, key_refused=_TOKEN_REFUSED, json=body)
        if answer.good is not None and answer.good.get("ok") is True:
            return PaymentState(Outcome.PENDING, attempt_id=request.attempt_id, amount=request.amount)
        refused = answer.body is not None and answer.body.get("ok") is False
        # Forbidden means that the payer has blocked the bot or never met it; an unknown bot is our own wrong token.
        if refused and (answer.status == _FORBIDDEN or (answer.refusal and answer.status not in _TOKEN_REFUSED)):
            return PaymentState(Outcome.REJECTED, reason=answer.reason)
        return PaymentState(Outcome.UNKNOWN, reason=answer.reason)

    async def fetch(self, payment_id: str) -> PaymentState:
        """Answer `UNKNOWN`: Telegram cannot be asked, and what it told of a payment does not change."""
        return PaymentState(Outcome.UNKNOWN, payment_id=payment_id, reason="cannot_be_asked")

    async def refund(self, request: RefundRequest) -> RefundState:
        """Answer `REJECTED`: the Bot API gives back Stars alone; money is given back at the provider, by hand."""
        return RefundState(Outcome.REJECTED, payment_id=request.payment_id, reason="only_at_the_provider")

    async def fetch_refund(self, provider_refund_id: str) -> RefundState:
        """Answer `UNKNOWN`: Telegram cannot be asked."""
        return RefundState(Outcome.UNKNOWN, provider_refund_id=provider_refund_id, reason="cannot_be_asked")

    async def payments(self, *, since: datetime, until: datetime) -> AsyncIterator[PaymentState]:  # noqa: ARG002
        """List nothing: Telegram keeps no list, so that reconciliation is done at the provider behind it."""
        nothing: tuple[PaymentState, ...] = ()
        for state in nothing:
            yield state


def _attempt_id(payload: object) -> AttemptId | None:
    try:
        return AttemptId(lengthen(payload)) if isinstance(payload, str) else None
    except ValueError:
        return None
