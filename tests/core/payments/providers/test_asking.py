"""Asking providers over real HTTP: which answers are exact, and that nothing else is taken for one."""

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from pydantic import SecretStr

from core.config import ProviderSettings
from core.ids import AttemptId, RefundId, shorten
from core.money import Money
from core.payments.provider import (
    NotUnderstood,
    Outcome,
    PaymentRequest,
    PaymentState,
    Provider,
    ProviderAway,
    RefundRequest,
    RefundState,
)
from core.payments.providers import configured, given_secrets
from core.payments.providers.asking import cut, new_client
from core.payments.providers.cloudpayments import CloudPayments
from core.payments.providers.standard import Standard
from core.payments.providers.stripe import Stripe, from_stripe, to_stripe
from core.payments.providers.telegram import Telegram
from core.payments.providers.yookassa import YooKassa
from core.secrets import Secrets
from tests.core.payments.providers.conftest import BOT_TOKEN
from tests.core.payments.providers.scripted import Reply, Scripted

ATTEMPT = AttemptId(UUID("0192f3a0-0000-7000-8000-000000000001"))
REFUND = RefundId(UUID("0192f3a0-0000-7000-8000-000000000002"))
IMPATIENT = httpx2.Timeout(0.1)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
REQUEST = PaymentRequest(
    attempt_id=ATTEMPT,
    amount=Money(120050, "RUB"),
    description="Дача: дрова " + "и уголь " * 40,
    return_url="https://t.me/syncbuy_bot?start=debts",
    language="ru",
    payer_telegram_id=42,
)
EUROS = PaymentRequest(ATTEMPT, Money(1999, "EUR"), "Firewood", "https://t.me/b?start=debts", "en")
BACK = RefundRequest(REFUND, "payment-1", Money(100, "RUB"), "Too much")

PAYMENT = {
    "id": "payment-1",
    "status": "pending",
    "amount": {"value": "1200.50", "currency": "RUB"},
    "confirmation": {"type": "redirect", "confirmation_url": "https://yoomoney.example/pay?id=1"},
    "metadata": {"attempt_id": str(ATTEMPT)},
}
PAYMENT_BACK = {
    "id": "refund-1",
    "payment_id": "payment-1",
    "status": "succeeded",
    "amount": {"value": "1.00", "currency": "RUB"},
    "metadata": {"refund_id": str(REFUND)},
}
SESSION = {
    "id": "payment-1",
    "mode": "payment",
    "status": "open",
    "payment_status": "unpaid",
    "amount_total": 1999,
    "currency": "eur",
    "url": "https://checkout.stripe.example/c/pay/cs_test_1",
    "metadata": {"attempt_id": str(ATTEMPT)},
}
ORDER = {"Model": {"Id": "f2K8LV6reGE9WBFn", "Url": "https://orders.example/d/1"}, "Success": True}
MODEL = {
    "TransactionId": 504,
    "Amount": 10.0,
    "Currency": "RUB",
    "InvoiceId": "payment-1",
    "Status": "Completed",
    "TotalFee": 0.39,
    "Type": 0,
}
NOT_FOUND = Reply.of({"Model": None, "Success": False, "Message": "Not found"})


def _error(status: int, code: str = "invalid_request", **more: str) -> Reply:
    return Reply.of({"type": "error", "id": "1", "code": code, **more}, status)


def _stripe_error(status: int, kind: str = "invalid_request_error", **more: str) -> Reply:
    return Reply.of({"error": {"type": kind, **more}}, status)


# What is no exact answer of anybody, whatever was asked.
INEXACT = {
    "500": Reply.of({"type": "error", "error": {}, "Success": False, "ok": False}, 500),
    "502 with a page": Reply(502, b"<html>Bad Gateway</html>"),
    "503 with nothing": Reply(503),
    "429": Reply.of({"type": "error", "error": {}, "code": "too_many_requests", "ok": False}, 429),
    "401": Reply.of({"type": "error", "error": {}, "code": "invalid_credentials", "ok": False}, 401),
    "404 with a page": Reply(404, b"<html>Not Found</html>"),
    "404 of somebody else": Reply.of({"detail": "Not Found"}, 404),
    "a redirect": Reply(302, b"{}"),
    "200 with a page": Reply(200, b"<html>Welcome to the hotel's Wi-Fi</html>"),
    "200 with nothing": Reply(200),
    "200 with a list": Reply(200, b"[]"),
    "200 with another object": Reply(200, b"{}"),
    "200 cut off": Reply(200, json.dumps({**PAYMENT, **SESSION, **ORDER}).encode(), missing=1),
    "200 not in UTF-8": Reply(200, b'{"id": "\xff"}'),
    "200 too deep": Reply(200, b'{"id":' + b"[" * 100_000),
    "an unknown status": Reply.of({**PAYMENT, **SESSION, "status": "paid", "Model": {**MODEL, "Status": "Paid"}}),
    "no answer": Reply(200, hangs=True),
    "a closed connection": Reply(0),
}


@pytest.fixture
def providers(yookassa: YooKassa, standard: Standard, stripe: Stripe, cloudpayments: CloudPayments) -> list[Provider]:
    return [yookassa, standard, stripe, cloudpayments]


def _request_for(provider: Provider) -> PaymentRequest:
    return EUROS if provider.name == "stripe" else REQUEST


class TestNothingExact:
    @pytest.mark.parametrize("reply", INEXACT.values(), ids=list(INEXACT))
    async def test_is_ever_taken_for_an_answer(
        self,
        providers: list[Provider],
        telegram: Telegram,
        bank: Scripted,
        http: httpx2.AsyncClient,
        reply: Reply,
    ) -> None:
        bank.answers(reply)
        if reply.hangs:
            http.timeout = IMPATIENT
        for provider in providers:
            assert (await provider.create(_request_for(provider))).outcome is Outcome.UNKNOWN, provider.name
            assert (await provider.fetch("payment-1")).outcome is Outcome.UNKNOWN, provider.name
            assert (await provider.refund(BACK)).outcome is Outcome.UNKNOWN, provider.name
            assert (await provider.fetch_refund("7")).outcome is Outcome.UNKNOWN, provider.name
            with pytest.raises(ProviderAway):
                _ = [state async for state in provider.payments(since=SINCE, until=UNTIL)]
        assert (await telegram.create(REQUEST)).outcome is Outcome.UNKNOWN

    async def test_comes_from_a_closed_port(self, providers: list[Provider], telegram: Telegram) -> None:
        for provider in [*providers, telegram]:
            provider._url = "http://127.0.0.1:1/"  # type: ignore[attr-defined]
            assert (await provider.create(_request_for(provider))).outcome is Outcome.UNKNOWN

    async def test_is_learned_from_an_answer_about_another_thing(
        self, providers: list[Provider], bank: Scripted
    ) -> None:
        bank.answers(Reply.of({**PAYMENT, **SESSION, "status": "pending", "Model": MODEL, "Success": True}))
        for provider in providers:
            assert (await provider.fetch("payment-2")).outcome is Outcome.UNKNOWN, provider.name


@pytest.fixture(params=["yookassa", "standard"])
def rest(request: pytest.FixtureRequest, yookassa: YooKassa, standard: Standard) -> YooKassa | Standard:
    return yookassa if request.param == "yookassa" else standard


class TestYooKassaAndItsKin:
    async def test_ask_for_a_payment_that_is_captured_at_once(self, rest: YooKassa | Standard, bank: Scripted) -> None:
        bank.answers(Reply.of(PAYMENT))

        state = await rest.create(REQUEST)

        (asked,) = bank.asked
        assert (asked.method, asked.target) == ("POST", "/payments")
        assert asked.headers["idempotence-key"] == str(ATTEMPT)
        assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"100500:live_key").decode()
        assert asked.json["amount"] == {"value": "1200.50", "currency": "RUB"}
        assert asked.json["capture"] is True
        assert asked.json["confirmation"]["return_url"] == REQUEST.return_url
        assert asked.json["metadata"] == {"attempt_id": str(ATTEMPT)}
        assert len(asked.json["description"]) == 128
        assert state == PaymentState(
            Outcome.PENDING,
            payment_id="payment-1",
            attempt_id=ATTEMPT,
            amount=Money(120050, "RUB"),
            confirmation_url="https://yoomoney.example/pay?id=1",
        )

    @pytest.mark.parametrize(
        ("reply", "outcome", "reason"),
        [
            (Reply.of({**PAYMENT, "status": "succeeded"}), Outcome.SUCCEEDED, None),
            (Reply.of({**PAYMENT, "status": "waiting_for_capture"}), Outcome.PENDING, None),
            (
                Reply.of({**PAYMENT, "status": "canceled", "cancellation_details": {"reason": "card_expired"}}),
                Outcome.CANCELED,
                "card_expired",
            ),
            (_error(400), Outcome.REJECTED, "invalid_request"),
            (_error(404, "not_found"), Outcome.REJECTED, "not_found"),
            (_error(405, "not_supported"), Outcome.REJECTED, "not_supported"),
            (_error(415), Outcome.REJECTED, "invalid_request"),
            (_error(403, "forbidden"), Outcome.UNKNOWN, "http_403"),
            (_error(400, parameter="Idempotence-Key"), Outcome.UNKNOWN, "invalid_request"),
        ],
    )
    async def test_answer_a_request_by_the_table(
        self, rest: YooKassa | Standard, bank: Scripted, reply: Reply, outcome: Outcome, reason: str | None
    ) -> None:
        bank.answers(reply)

        state = await rest.create(REQUEST)
        assert (state.outcome, state.reason) == (outcome, reason)

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (Reply.of({**PAYMENT, "status": "succeeded"}), Outcome.SUCCEEDED),
            (_error(404, "not_found"), Outcome.REJECTED),
            (_error(400), Outcome.UNKNOWN),
            (_error(410), Outcome.UNKNOWN),
        ],
    )
    async def test_know_of_no_payment_only_if_they_say_so(
        self, rest: YooKassa | Standard, bank: Scripted, reply: Reply, outcome: Outcome
    ) -> None:
        bank.answers(reply)

        assert (await rest.fetch("payment-1")).outcome is outcome

    async def test_are_asked_for_what_a_notice_named_and_for_nothing_else(
        self, rest: YooKassa | Standard, bank: Scripted
    ) -> None:
        bank.answers(_error(404))

        await rest.fetch("a/../../refunds?x#y")

        assert bank.asked[0].target == "/payments/a%2F..%2F..%2Frefunds%3Fx%23y"

    async def test_give_money_back(self, rest: YooKassa | Standard, bank: Scripted) -> None:
        bank.answers(Reply.of(PAYMENT_BACK))
        expected = RefundState(
            Outcome.SUCCEEDED,
            provider_refund_id="refund-1",
            payment_id="payment-1",
            refund_id=REFUND,
            amount=Money(100, "RUB"),
        )

        assert await rest.refund(BACK) == expected
        assert await rest.fetch_refund("refund-1") == expected

        asked = bank.asked[0]
        assert (asked.target, asked.headers["idempotence-key"]) == ("/refunds", str(REFUND))
        assert asked.json["payment_id"] == "payment-1"
        assert asked.json["amount"] == {"value": "1.00", "currency": "RUB"}
        assert bank.asked[1].target == "/refunds/refund-1"

    @pytest.mark.parametrize(
        ("reply", "outcome", "reason"),
        [
            (Reply.of({**PAYMENT_BACK, "status": "pending"}), Outcome.PENDING, None),
            (
                Reply.of(
                    {**PAYMENT_BACK, "status": "canceled", "cancellation_details": {"reason": "insufficient_funds"}}
                ),
                Outcome.CANCELED,
                "insufficient_funds",
            ),
            (_error(400), Outcome.REJECTED, "invalid_request"),
        ],
    )
    async def test_answer_about_a_refund_by_the_table(
        self, rest: YooKassa | Standard, bank: Scripted, reply: Reply, outcome: Outcome, reason: str | None
    ) -> None:
        bank.answers(reply)

        state = await rest.refund(BACK)
        assert (state.outcome, state.reason) == (outcome, reason)

    async def test_list_payments_page_by_page(self, rest: YooKassa | Standard, bank: Scripted) -> None:
        broken = {"id": "payment-3", "status": "?"}
        bank.answers(
            Reply.of({"type": "list", "items": [PAYMENT, broken], "next_cursor": "second"}),
            Reply.of({"type": "list", "items": [{**PAYMENT, "id": "payment-2", "status": "succeeded"}]}),
        )

        states = [state async for state in rest.payments(since=SINCE, until=UNTIL)]

        assert [(state.payment_id, state.outcome) for state in states] == [
            ("payment-1", Outcome.PENDING),
            ("payment-3", Outcome.UNKNOWN),
            ("payment-2", Outcome.SUCCEEDED),
        ]
        first, second = (httpx2.URL(asked.target).params for asked in bank.asked)
        assert first["created_at.gte"] == "2026-03-01T00:00:00.000Z"
        assert first["created_at.lt"] == "2026-03-02T00:00:00.000Z"
        assert "cursor" not in first
        assert second["cursor"] == "second"

    async def test_are_away_when_a_list_turns_in_a_circle(self, rest: YooKassa | Standard, bank: Scripted) -> None:
        bank.answers(Reply.of({"items": [], "next_cursor": "again"}))

        with pytest.raises(ProviderAway):
            _ = [state async for state in rest.payments(since=SINCE, until=UNTIL)]


class TestStripe:
    async def test_is_asked_for_a_session(self, stripe: Stripe, bank: Scripted) -> None:
        bank.answers(Reply.of(SESSION))

        state = await stripe.create(EUROS)

        (asked,) = bank.asked
        assert (asked.method, asked.target) == ("POST", "/checkout/sessions")
        assert asked.headers["idempotency-key"] == str(ATTEMPT)
        assert asked.headers["authorization"] == "Bearer sk_test_key"
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        assert asked.form["client_reference_id"] == asked.form["metadata[attempt_id]"] == str(ATTEMPT)
        assert asked.form["line_items[0][price_data][unit_amount]"] == "1999"
        assert asked.form["line_items[0][price_data][currency]"] == "eur"
        assert (state.outcome, state.payment_id, state.confirmation_url) == (
            Outcome.PENDING,
            "payment-1",
            "https://checkout.stripe.example/c/pay/cs_test_1",
        )

    @pytest.mark.parametrize(
        ("changed", "outcome", "reason"),
        [
            ({}, Outcome.PENDING, None),
            ({"status": "complete"}, Outcome.PENDING, None),
            ({"status": "complete", "payment_intent": {"status": "processing"}}, Outcome.PENDING, None),
            ({"status": "complete", "payment_status": "paid"}, Outcome.SUCCEEDED, None),
            ({"status": "expired"}, Outcome.CANCELED, "expired"),
            (
                {
                    "status": "complete",
                    "payment_intent": {
                        "status": "requires_payment_method",
                        "last_payment_error": {"code": "card_declined", "decline_code": "insufficient_funds"},
                    },
                },
                Outcome.CANCELED,
                "insufficient_funds",
            ),
            ({"status": "complete", "payment_intent": {"status": "canceled"}}, Outcome.CANCELED, "unknown"),
        ],
    )
    async def test_tells_how_a_session_stands(
        self, stripe: Stripe, bank: Scripted, changed: dict[str, Any], outcome: Outcome, reason: str | None
    ) -> None:
        bank.answers(Reply.of({**SESSION, **changed}))

        state = await stripe.fetch("payment-1")
        assert (state.outcome, state.reason) == (outcome, reason)

    @pytest.mark.parametrize(
        ("booked", "fee"),
        [({"fee": 87, "currency": "eur"}, 87), ({"fee": 95, "currency": "usd"}, None), (None, None), ("txn_1", None)],
    )
    async def test_tells_its_fee_in_the_currency_of_the_payment_alone(
        self, stripe: Stripe, bank: Scripted, booked: Any, fee: int | None
    ) -> None:
        intent = {"id": "pi_1", "status": "succeeded", "latest_charge": {"balance_transaction": booked}}
        bank.answers(Reply.of({**SESSION, "status": "complete", "payment_status": "paid", "payment_intent": intent}))

        assert (await stripe.fetch("payment-1")).fee_minor == fee
        assert "latest_charge" in bank.asked[0].target

    @pytest.mark.parametrize(
        ("reply", "requested", "asked"),
        [
            (_stripe_error(400), Outcome.REJECTED, Outcome.UNKNOWN),
            (_stripe_error(402, "card_error"), Outcome.REJECTED, Outcome.UNKNOWN),
            (_stripe_error(404, code="resource_missing"), Outcome.REJECTED, Outcome.REJECTED),
            (_stripe_error(400, "idempotency_error"), Outcome.UNKNOWN, Outcome.UNKNOWN),
            (_stripe_error(409, "idempotency_error"), Outcome.UNKNOWN, Outcome.UNKNOWN),
            (_stripe_error(403), Outcome.UNKNOWN, Outcome.UNKNOWN),
        ],
    )
    async def test_refuses_for_good_only_where_nothing_happened(
        self, stripe: Stripe, bank: Scripted, reply: Reply, requested: Outcome, asked: Outcome
    ) -> None:
        bank.answers(reply)

        assert (await stripe.create(EUROS)).outcome is requested
        assert (await stripe.fetch("payment-1")).outcome is asked
        assert (await stripe.fetch_refund("re_1")).outcome is asked

    @pytest.mark.parametrize("intent", ["pi_1", {"id": "pi_1", "status": "succeeded"}])
    async def test_gives_money_back_by_the_intent_behind_the_session(
        self, stripe: Stripe, bank: Scripted, intent: Any
    ) -> None:
        paid = {**SESSION, "status": "complete", "payment_status": "paid", "payment_intent": intent}
        metadata = {"refund_id": str(REFUND), "payment_id": "payment-1"}
        given = {"id": "re_1", "status": "pending", "amount": 100, "currency": "eur", "metadata": metadata}
        bank.answers(Reply.of(paid), Reply.of(given))

        state = await stripe.refund(RefundRequest(REFUND, "payment-1", Money(100, "EUR"), "Too much"))

        asked = bank.asked[1]
        assert (asked.target, asked.headers["idempotency-key"]) == ("/refunds", str(REFUND))
        assert (asked.form["payment_intent"], asked.form["amount"]) == ("pi_1", "100")
        assert state == RefundState(
            Outcome.PENDING,
            provider_refund_id="re_1",
            payment_id="payment-1",
            refund_id=REFUND,
            amount=Money(100, "EUR"),
        )
        assert await stripe.fetch_refund("re_1") == state

    async def test_gives_nothing_back_of_what_was_not_paid(self, stripe: Stripe, bank: Scripted) -> None:
        bank.answers(Reply.of(SESSION))

        state = await stripe.refund(RefundRequest(REFUND, "payment-1", Money(100, "EUR"), ""))

        assert (state.outcome, state.reason, len(bank.asked)) == (Outcome.REJECTED, "not_paid", 1)

    async def test_lists_sessions_page_by_page(self, stripe: Stripe, bank: Scripted) -> None:
        bank.answers(
            Reply.of({"data": [SESSION, {"id": "cs_2", "mode": "subscription"}], "has_more": True}),
            Reply.of({"data": [{**SESSION, "id": "cs_3"}], "has_more": False}),
        )

        states = [state async for state in stripe.payments(since=SINCE, until=UNTIL)]

        assert [state.payment_id for state in states] == ["payment-1", "cs_3"]
        first, second = (httpx2.URL(asked.target).params for asked in bank.asked)
        assert (first["created[gte]"], first["created[lt]"]) == ("1772323200", "1772409600")
        assert second["starting_after"] == "cs_2"

    @pytest.mark.parametrize("sessions", [[SESSION], []])
    async def test_is_away_when_a_list_never_ends(
        self, stripe: Stripe, bank: Scripted, sessions: list[dict[str, Any]]
    ) -> None:
        bank.answers(Reply.of({"data": sessions, "has_more": True}))

        with pytest.raises(ProviderAway):
            _ = [state async for state in stripe.payments(since=SINCE, until=UNTIL)]


class TestStripesSmallUnits:
    @pytest.mark.parametrize(
        ("money", "written"),
        [
            (Money(1999, "EUR"), 1999),
            (Money(500, "JPY"), 500),
            (Money(5, "ISK"), 500),
            (Money(500, "MGA"), 5),
            (Money(5120, "KWD"), 5120),
            (Money(1045, "HUF"), 1045),
        ],
    )
    def test_are_ours_there_and_back(self, money: Money, written: int) -> None:
        assert to_stripe(money) == written
        assert from_stripe(written, money.currency.lower()) == money

    # UGX stands for all whose small unit Stripe does not tell clearly.
    @pytest.mark.parametrize(
        "money", [Money(501, "MGA"), Money(5124, "KWD"), Money(1, "UGX"), Money(1000, "IQD"), Money(1, "XTR")]
    )
    async def test_cannot_express_every_amount(self, stripe: Stripe, bank: Scripted, money: Money) -> None:
        assert to_stripe(money) is None
        request = PaymentRequest(ATTEMPT, money, "x", "https://t.me/b", "en")
        assert (await stripe.create(request)).outcome is Outcome.REJECTED
        assert (await stripe.refund(RefundRequest(REFUND, "cs_1", money, ""))).outcome is Outcome.REJECTED
        assert bank.asked == []

    def test_of_a_currency_without_decimals_are_whole(self) -> None:
        with pytest.raises(NotUnderstood):
            from_stripe(501, "isk")

    def test_are_known_for_what_is_taken(self, stripe: Stripe) -> None:
        assert stripe.takes("EUR")
        assert not stripe.takes("UGX")
        assert not stripe.takes("RUB")


class TestCloudPayments:
    async def test_is_asked_for_an_order(self, cloudpayments: CloudPayments, bank: Scripted) -> None:
        bank.answers(Reply.of(ORDER))

        state = await cloudpayments.create(REQUEST)

        (asked,) = bank.asked
        assert (asked.target, asked.headers["x-request-id"]) == ("/orders/create", str(ATTEMPT))
        assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"pk_1:secret").decode()
        assert (asked.form["Amount"], asked.form["InvoiceId"]) == ("1200.50", str(ATTEMPT))
        assert state == PaymentState(
            Outcome.PENDING,
            payment_id=str(ATTEMPT),
            attempt_id=ATTEMPT,
            amount=Money(120050, "RUB"),
            confirmation_url="https://orders.example/d/1",
        )

    async def test_refuses_with_status_200(self, cloudpayments: CloudPayments, bank: Scripted) -> None:
        bank.answers(Reply.of({"Success": False, "Message": "Invalid Amount value"}))

        assert (await cloudpayments.create(REQUEST)).outcome is Outcome.REJECTED

    @pytest.mark.parametrize(
        ("reply", "outcome", "reason"),
        [
            (Reply.of({"Model": MODEL, "Success": True}), Outcome.SUCCEEDED, None),
            (Reply.of({"Model": {**MODEL, "Status": "Authorized"}, "Success": True}), Outcome.PENDING, None),
            (
                Reply.of({"Model": {**MODEL, "Status": "Declined", "ReasonCode": 5051}, "Success": False}),
                Outcome.PENDING,
                "code_5051",
            ),
            (Reply.of({"Model": {**MODEL, "Status": "Cancelled"}, "Success": False}), Outcome.CANCELED, "canceled"),
            (NOT_FOUND, Outcome.PENDING, "not_paid_yet"),
            (Reply.of({"Success": False, "Message": "Try again later"}), Outcome.UNKNOWN, "http_200"),
        ],
    )
    async def test_tells_how_the_latest_try_went(
        self, cloudpayments: CloudPayments, bank: Scripted, reply: Reply, outcome: Outcome, reason: str | None
    ) -> None:
        bank.answers(reply)

        state = await cloudpayments.fetch("payment-1")

        assert (state.outcome, state.reason) == (outcome, reason)
        assert (bank.asked[0].target, bank.asked[0].form) == ("/payments/find", {"InvoiceId": "payment-1"})

    async def test_tells_amounts_without_a_rounding(self, cloudpayments: CloudPayments, bank: Scripted) -> None:
        bank.answers(Reply(200, json.dumps({"Model": MODEL, "Success": True}).replace("10.0,", "0.57,").encode()))

        state = await cloudpayments.fetch("payment-1")

        assert (state.amount, state.fee_minor) == (Money(57, "RUB"), 39)

    async def test_gives_money_back_by_the_transaction_behind_the_order(
        self, cloudpayments: CloudPayments, bank: Scripted
    ) -> None:
        bank.answers(
            Reply.of({"Model": MODEL, "Success": True}), Reply.of({"Model": {"TransactionId": 600}, "Success": True})
        )

        state = await cloudpayments.refund(BACK)

        asked = bank.asked[1]
        assert (asked.target, asked.headers["x-request-id"]) == ("/payments/refund", str(REFUND))
        assert (asked.form["TransactionId"], asked.form["Amount"]) == ("504", "1.00")
        assert state == RefundState(
            Outcome.SUCCEEDED,
            provider_refund_id="600",
            payment_id="payment-1",
            refund_id=REFUND,
            amount=Money(100, "RUB"),
        )

    @pytest.mark.parametrize(
        ("replies", "reason"),
        [
            ([NOT_FOUND], "not_paid"),
            ([Reply.of({"Model": MODEL, "Success": True}), Reply.of({"Success": False, "Message": "No"})], "refused"),
        ],
    )
    async def test_refuses_a_refund(
        self, cloudpayments: CloudPayments, bank: Scripted, replies: list[Reply], reason: str
    ) -> None:
        bank.answers(*replies)

        state = await cloudpayments.refund(BACK)
        assert (state.outcome, state.reason) == (Outcome.REJECTED, reason)

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (Reply.of({"Model": {**MODEL, "TransactionId": 600}, "Success": True}), Outcome.SUCCEEDED),
            (Reply.of({"Model": {**MODEL, "TransactionId": 600, "Status": "Declined"}}), Outcome.CANCELED),
            (Reply.of({"Model": {**MODEL, "TransactionId": 600, "Status": "?"}}), Outcome.UNKNOWN),
            (Reply.of({"Model": MODEL, "Success": True}), Outcome.UNKNOWN),
            (NOT_FOUND, Outcome.REJECTED),
        ],
    )
    async def test_tells_how_a_refund_stands(
        self, cloudpayments: CloudPayments, bank: Scripted, reply: Reply, outcome: Outcome
    ) -> None:
        bank.answers(reply)

        assert (await cloudpayments.fetch_refund("600")).outcome is outcome

    async def test_lists_tries_until_a_page_brings_nothing_new(
        self, cloudpayments: CloudPayments, bank: Scripted
    ) -> None:
        first = [MODEL, {**MODEL, "TransactionId": 600, "Type": 1}]
        last = [{**MODEL, "TransactionId": 505, "Status": "Declined"}, {"TransactionId": 506}]
        bank.answers(*(Reply.of({"Model": page, "Success": True}) for page in (first, last, last)))

        states = [state async for state in cloudpayments.payments(since=SINCE, until=UNTIL)]

        assert [state.outcome for state in states] == [Outcome.SUCCEEDED, Outcome.PENDING, Outcome.UNKNOWN]
        assert [asked.form["PageNumber"] for asked in bank.asked] == ["1", "2", "3"]


class TestTelegram:
    async def test_is_asked_for_an_invoice_that_nobody_else_can_pay(self, telegram: Telegram, bank: Scripted) -> None:
        bank.answers(Reply.of({"ok": True, "result": {"message_id": 7}}))

        state = await telegram.create(REQUEST)

        (asked,) = bank.asked
        assert asked.target == f"/bot{BOT_TOKEN}/sendInvoice"
        assert asked.json["chat_id"] == 42
        assert asked.json["payload"] == shorten(ATTEMPT)
        assert asked.json["start_parameter"]
        assert [price["amount"] for price in asked.json["prices"]] == [120050]
        assert len(asked.json["title"]) <= 32
        assert len(asked.json["description"]) <= 255
        assert state == PaymentState(Outcome.PENDING, attempt_id=ATTEMPT, amount=Money(120050, "RUB"))

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            (400, Outcome.REJECTED),
            (403, Outcome.REJECTED),
            (401, Outcome.UNKNOWN),
            (404, Outcome.UNKNOWN),
            (429, Outcome.UNKNOWN),
            (500, Outcome.UNKNOWN),
        ],
    )
    async def test_refuses_for_good_only_where_nothing_was_sent(
        self, telegram: Telegram, bank: Scripted, status: int, outcome: Outcome
    ) -> None:
        bank.answers(Reply.of({"ok": False, "error_code": status, "description": "No"}, status))

        assert (await telegram.create(REQUEST)).outcome is outcome

    async def test_asks_nobody_who_is_not_there(self, telegram: Telegram, bank: Scripted) -> None:
        assert (await telegram.create(EUROS)).outcome is Outcome.REJECTED
        assert bank.asked == []

    async def test_can_only_be_waited_for(self, telegram: Telegram, bank: Scripted) -> None:
        assert (await telegram.fetch("7120_1")).outcome is Outcome.UNKNOWN
        assert (await telegram.fetch_refund("1")).outcome is Outcome.UNKNOWN
        assert (await telegram.refund(BACK)).outcome is Outcome.REJECTED
        assert [state async for state in telegram.payments(since=SINCE, until=UNTIL)] == []
        assert bank.asked == []

    async def test_never_shows_its_token(
        self,
        telegram: Telegram,
        bank: Scripted,
        http: httpx2.AsyncClient,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for reply in (Reply.of({"ok": True}), Reply.of({"ok": False}, 401), Reply(0), Reply(200, hangs=True)):
            bank.answers(reply)
            http.timeout = IMPATIENT if reply.hangs else httpx2.Timeout(10)
            state = await telegram.create(REQUEST)
            assert BOT_TOKEN not in repr(state)

        shown = caplog.text + "".join(capfd.readouterr()) + repr(telegram) + repr(telegram.__dict__)
        assert "sendInvoice" in shown
        assert "a" * 35 not in shown


class TestTheClient:
    async def test_waits_as_long_as_providers_take_and_follows_no_environment(self) -> None:
        async with new_client() as http:
            assert (http.timeout.connect, http.timeout.read) == (3, 35)
            assert not http.trust_env
            assert not http.follow_redirects


class TestCut:
    def test_says_that_something_is_missing(self) -> None:
        assert cut("firewood", 8) == "firewood"
        assert cut("firewood", 5) == "fire…"


class TestConfiguredProviders:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ProviderSettings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)

    def _configured(self, settings: ProviderSettings, http: httpx2.AsyncClient, path: Path) -> dict[str, Provider]:
        secrets = Secrets(path, given=given_secrets(settings))
        return configured(
            settings, secrets, http, telegram_url="https://api.telegram.org", bot_token=SecretStr(BOT_TOKEN)
        )

    def test_are_by_default_only_telegram_which_takes_nothing(self, http: httpx2.AsyncClient, tmp_path: Path) -> None:
        (telegram,) = self._configured(ProviderSettings(), http, tmp_path / "s").values()

        assert telegram.name == "telegram"
        assert not telegram.takes("RUB")

    def test_are_those_whose_settings_are_set(self, http: httpx2.AsyncClient, tmp_path: Path) -> None:
        settings = ProviderSettings(
            yookassa_shop_id="1",
            yookassa_secret_key=SecretStr("a"),
            standard_api_url="http://127.0.0.1:8766/v3/",
            standard_shop_id="1",
            standard_secret_key=SecretStr("a"),
            standard_webhook_secret=SecretStr("whsec_AAAA"),
            stripe_api_key=SecretStr("sk"),
            stripe_webhook_secret=SecretStr("whsec_1"),
            cloudpayments_public_id="pk",
            cloudpayments_api_secret=SecretStr("a"),
            telegram_payment_token=SecretStr("1:TEST"),
        )

        found = self._configured(settings, http, tmp_path / "s")

        assert list(found) == ["yookassa", "standard", "stripe", "cloudpayments", "telegram"]
        assert [name for name, provider in found.items() if provider.takes("RUB")] == [
            "yookassa",
            "standard",
            "cloudpayments",
            "telegram",
        ]
        assert [name for name, provider in found.items() if not provider.signs] == ["yookassa"]

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("yookassa", {"yookassa_shop_id": "1", "yookassa_secret_key": "a"}),
            ("stripe", {"stripe_api_key": "sk", "stripe_webhook_secret": "s"}),
            ("cloudpayments", {"cloudpayments_public_id": "pk", "cloudpayments_api_secret": "a"}),
            ("telegram", {"telegram_payment_token": "1:TEST"}),
        ],
    )
    def test_need_no_other(self, http: httpx2.AsyncClient, tmp_path: Path, name: str, given: dict[str, str]) -> None:
        settings = ProviderSettings.model_validate(given)

        found = self._configured(settings, http, tmp_path / "s")

        assert set(found) == {name, "telegram"}  # what was paid by an invoice is heard of though none is sent
        assert [each.name for each in found.values() if any(map(each.takes, ("RUB", "EUR")))] == [name]

    def test_find_the_secrets_that_the_settings_give(self) -> None:
        settings = ProviderSettings(
            stripe_webhook_secret=SecretStr("s"),
            standard_webhook_secret=SecretStr("w"),
            cloudpayments_api_secret=SecretStr("c"),
        )

        assert sorted(given_secrets(settings)) == [
            "cloudpayments_api_secret",
            "standard_webhook_secret",
            "stripe_webhook_secret",
        ]
