"""Reading notices: what each provider documents becomes a payment or a refund, all else is not understood."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.ids import AttemptId, RefundId, shorten
from core.money import Money
from core.payments.provider import Notice, NotUnderstood, Outcome, PaymentState, Provider, Received, RefundState
from core.payments.providers.cloudpayments import CloudPayments
from core.payments.providers.standard import Standard
from core.payments.providers.stripe import Stripe
from core.payments.providers.telegram import Telegram
from core.payments.providers.yookassa import YooKassa

ATTEMPT = AttemptId(UUID("0192f3a0-0000-7000-8000-000000000001"))
REFUND = RefundId(UUID("0192f3a0-0000-7000-8000-000000000002"))
PAYMENT_ID = "22d6d597-000f-5000-9000-145f6df21d6f"


def _received(
    raw: bytes, *, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> Received:
    return Received(raw, headers or {}, query or {}, "127.0.0.1")


def _payment(**changed: Any) -> dict[str, Any]:
    return {
        "id": PAYMENT_ID,
        "status": "succeeded",
        "amount": {"value": "1200.50", "currency": "RUB"},
        "income_amount": {"value": "1158.48", "currency": "RUB"},
        "metadata": {"attempt_id": str(ATTEMPT)},
        **changed,
    }


def _refund(**changed: Any) -> dict[str, Any]:
    return {
        "id": "216749f7-0016-50be-b000-078d43a63ae4",
        "payment_id": PAYMENT_ID,
        "status": "succeeded",
        "amount": {"value": "1.00", "currency": "RUB"},
        "metadata": {"refund_id": str(REFUND)},
        **changed,
    }


def _of_yookassa(yookassa: YooKassa, event: str, thing: Any) -> Notice:
    return yookassa.parse(_received(json.dumps({"type": "notification", "event": event, "object": thing}).encode()))


class TestYooKassa:
    def test_tells_of_a_payment_and_its_fee(self, yookassa: YooKassa) -> None:
        notice = _of_yookassa(yookassa, "payment.succeeded", _payment())

        assert notice == Notice(
            f"payment.succeeded:{PAYMENT_ID}",
            "payment.succeeded",
            payment=PaymentState(
                Outcome.SUCCEEDED,
                payment_id=PAYMENT_ID,
                attempt_id=ATTEMPT,
                amount=Money(120050, "RUB"),
                fee_minor=4202,
            ),
        )

    def test_tells_of_a_refund(self, yookassa: YooKassa) -> None:
        notice = _of_yookassa(yookassa, "refund.succeeded", _refund())

        assert notice.dedup_key == "refund.succeeded:216749f7-0016-50be-b000-078d43a63ae4"
        assert notice.refund == RefundState(
            Outcome.SUCCEEDED,
            provider_refund_id="216749f7-0016-50be-b000-078d43a63ae4",
            payment_id=PAYMENT_ID,
            refund_id=REFUND,
            amount=Money(100, "RUB"),
        )

    def test_waits_for_what_is_to_be_captured(self, yookassa: YooKassa) -> None:
        notice = _of_yookassa(yookassa, "payment.waiting_for_capture", _payment(status="waiting_for_capture"))

        assert notice.payment is not None
        assert notice.payment.outcome is Outcome.PENDING

    @pytest.mark.parametrize(
        ("details", "reason"),
        [
            ({"party": "payment_network", "reason": "insufficient_funds"}, "insufficient_funds"),
            ({"reason": "loan_canceled"}, "loan_canceled"),
            ({"reason": "an_invention_of_tomorrow"}, "unknown"),
            ({"reason": ["insufficient_funds"]}, "unknown"),
            (None, "unknown"),
        ],
    )
    def test_says_why_a_payment_was_canceled(self, yookassa: YooKassa, details: Any, reason: str) -> None:
        notice = _of_yookassa(yookassa, "payment.canceled", _payment(status="canceled", cancellation_details=details))

        assert notice.payment is not None
        assert (notice.payment.outcome, notice.payment.reason) == (Outcome.CANCELED, reason)

    def test_speaks_of_things_that_are_not_followed(self, yookassa: YooKassa) -> None:
        notice = _of_yookassa(yookassa, "payout.succeeded", {"id": "po-1", "status": "succeeded"})

        assert notice == Notice("payout.succeeded:po-1", "payout.succeeded")

    def test_tells_no_fee_that_cannot_be_one(self, yookassa: YooKassa) -> None:
        for income in ({"value": "1300.00", "currency": "RUB"}, {"value": "1.00", "currency": "USD"}):
            notice = _of_yookassa(yookassa, "payment.succeeded", _payment(income_amount=income))
            assert notice.payment is not None
            assert notice.payment.fee_minor is None

    @pytest.mark.parametrize(
        "changed",
        [
            {"id": "../refunds/1"},
            {"id": "a\x00b"},
            {"id": 7},
            {"status": "paid"},
            {"status": ["succeeded"]},
            {"amount": {"value": 1200.555, "currency": "RUB"}},
            {"amount": {"value": "1e3", "currency": "RUB"}},
            {"amount": {"value": "-1.00", "currency": "RUB"}},
            {"amount": {"value": "1.001", "currency": "RUB"}},
            {"amount": {"value": "1.00", "currency": "rub"}},
            {"amount": {"value": "1.00", "currency": ["RUB"]}},
            {"amount": None},
            {"income_amount": "all of it"},
        ],
    )
    def test_is_not_understood_where_it_leaves_its_documents(self, yookassa: YooKassa, changed: dict[str, Any]) -> None:
        with pytest.raises(NotUnderstood):
            _of_yookassa(yookassa, "payment.succeeded", _payment(**changed))

    def test_is_not_understood_as_anything_but_a_notification(self, yookassa: YooKassa) -> None:
        with pytest.raises(NotUnderstood):
            yookassa.parse(_received(json.dumps({"event": "payment.succeeded", "object": _payment()}).encode()))

    def test_tells_no_attempt_where_it_repeats_none_of_ours(self, yookassa: YooKassa) -> None:
        others: list[Any] = [{"attempt_id": "7"}, {"attempt_id": str(ATTEMPT).upper()}, [], None]
        for metadata in others:
            notice = _of_yookassa(yookassa, "payment.succeeded", _payment(metadata=metadata))
            assert notice.payment is not None
            assert notice.payment.attempt_id is None


class TestStandard:
    def test_is_known_by_the_id_of_the_notice(self, standard: Standard) -> None:
        raw = json.dumps({"type": "payment.succeeded", "timestamp": "2026-03-01T12:00:00Z", "data": _payment()})

        notice = standard.parse(_received(raw.encode(), headers={"webhook-id": "msg_1"}))

        assert (notice.dedup_key, notice.event) == ("msg_1", "payment.succeeded")
        assert notice.payment is not None
        assert notice.payment.amount == Money(120050, "RUB")


def _session(**changed: Any) -> dict[str, Any]:
    return {
        "id": "cs_test_1",
        "object": "checkout.session",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "amount_total": 1999,
        "currency": "eur",
        "client_reference_id": str(ATTEMPT),
        "metadata": {"attempt_id": str(ATTEMPT)},
        **changed,
    }


def _of_stripe(stripe: Stripe, event: str, thing: Any) -> Notice:
    return stripe.parse(_received(json.dumps({"id": "evt_1", "type": event, "data": {"object": thing}}).encode()))


class TestStripe:
    @pytest.mark.parametrize(
        ("event", "changed", "outcome", "reason"),
        [
            ("checkout.session.completed", {}, Outcome.SUCCEEDED, None),
            ("checkout.session.completed", {"payment_status": "unpaid"}, Outcome.PENDING, None),
            ("checkout.session.async_payment_succeeded", {}, Outcome.SUCCEEDED, None),
            (
                "checkout.session.async_payment_failed",
                {"payment_status": "unpaid"},
                Outcome.CANCELED,
                "async_payment_failed",
            ),
            (
                "checkout.session.expired",
                {"status": "expired", "payment_status": "unpaid"},
                Outcome.CANCELED,
                "expired",
            ),
        ],
    )
    def test_tells_how_a_session_went(
        self, stripe: Stripe, event: str, changed: dict[str, Any], outcome: Outcome, reason: str | None
    ) -> None:
        notice = _of_stripe(stripe, event, _session(**changed))

        assert notice == Notice(
            "evt_1",
            event,
            payment=PaymentState(
                outcome, payment_id="cs_test_1", attempt_id=ATTEMPT, amount=Money(1999, "EUR"), reason=reason
            ),
        )

    @pytest.mark.parametrize("event", ["refund.updated", "charge.refund.updated", "refund.failed", "refund.created"])
    def test_tells_of_a_refund(self, stripe: Stripe, event: str) -> None:
        thing = {
            "id": "re_1",
            "status": "failed",
            "failure_reason": "expired_or_canceled_card",
            "amount": 100,
            "currency": "eur",
            "metadata": {"refund_id": str(REFUND), "payment_id": "cs_test_1"},
        }

        assert _of_stripe(stripe, event, thing).refund == RefundState(
            Outcome.CANCELED,
            provider_refund_id="re_1",
            payment_id="cs_test_1",
            refund_id=REFUND,
            amount=Money(100, "EUR"),
            reason="expired_or_canceled_card",
        )

    def test_speaks_of_things_that_are_not_followed(self, stripe: Stripe) -> None:
        assert _of_stripe(stripe, "customer.created", {"id": "cus_1"}) == Notice("evt_1", "customer.created")
        subscription = _of_stripe(stripe, "checkout.session.completed", _session(mode="subscription"))
        assert subscription == Notice("evt_1", "checkout.session.completed")

    @pytest.mark.parametrize(
        "changed",
        [
            {"payment_status": "no_payment_required"},
            {"status": ["open"], "payment_status": "unpaid"},
            {"amount_total": True},
            {"amount_total": 19.99},
            {"amount_total": -1},
            {"amount_total": 10**13},
            {"currency": "ugx"},
            {"currency": None},
            {"id": ""},
        ],
    )
    def test_is_not_understood_where_it_leaves_its_documents(self, stripe: Stripe, changed: dict[str, Any]) -> None:
        with pytest.raises(NotUnderstood):
            _of_stripe(stripe, "checkout.session.completed", _session(**changed))


def _form(**changed: str) -> bytes:
    fields = {
        "TransactionId": "504",
        "Amount": "10.00",
        "Currency": "RUB",
        "InvoiceId": str(ATTEMPT),
        "Status": "Completed",
        "TotalFee": "0.39",
    }
    return urlencode({**fields, **changed}).encode()


def _of_cloudpayments(cloudpayments: CloudPayments, kind: str, raw: bytes) -> Notice:
    return cloudpayments.parse(_received(raw, query={"event": kind}))


class TestCloudPayments:
    def test_is_accepted_by_a_word_of_its_own(self, cloudpayments: CloudPayments) -> None:
        assert cloudpayments.acknowledgement.body == b'{"code":0}'
        assert cloudpayments.acknowledgement.media_type == "application/json"

    def test_tells_of_a_payment_and_its_fee(self, cloudpayments: CloudPayments) -> None:
        assert _of_cloudpayments(cloudpayments, "pay", _form()) == Notice(
            "pay:504",
            "pay",
            payment=PaymentState(
                Outcome.SUCCEEDED,
                payment_id=str(ATTEMPT),
                attempt_id=ATTEMPT,
                amount=Money(1000, "RUB"),
                fee_minor=39,
            ),
        )

    def test_keeps_a_payment_open_when_a_card_was_declined(self, cloudpayments: CloudPayments) -> None:
        notice = _of_cloudpayments(cloudpayments, "fail", _form(ReasonCode="5051"))

        assert notice.payment is not None
        assert (notice.payment.outcome, notice.payment.reason) == (Outcome.PENDING, "code_5051")

    def test_tells_of_a_payment_that_was_canceled(self, cloudpayments: CloudPayments) -> None:
        notice = _of_cloudpayments(cloudpayments, "cancel", _form())

        assert notice.payment == PaymentState(
            Outcome.CANCELED, payment_id=str(ATTEMPT), attempt_id=ATTEMPT, reason="canceled"
        )

    def test_tells_of_a_refund(self, cloudpayments: CloudPayments) -> None:
        raw = urlencode(
            {
                "TransactionId": "600",
                "PaymentTransactionId": "504",
                "Amount": "10.00",
                "InvoiceId": str(ATTEMPT),
                "Data": json.dumps({"refund_id": str(REFUND)}),
            }
        ).encode()

        assert _of_cloudpayments(cloudpayments, "refund", raw).refund == RefundState(
            Outcome.SUCCEEDED, provider_refund_id="600", payment_id=str(ATTEMPT), refund_id=REFUND
        )

    def test_asks_about_a_payment_before_it_is_made(self, cloudpayments: CloudPayments) -> None:
        assert _of_cloudpayments(cloudpayments, "check", _form()) == Notice("check:504", "check")

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            ("", _form()),
            ("receipt", _form()),
            ("pay", _form() + b"&Amount=99.00"),
            ("pay", _form(TransactionId="50 4")),
            ("pay", _form(Status="Paid")),
            ("pay", _form().replace(b"&Status=Completed", b"")),
            ("pay", _form(Amount="10,00")),
            ("pay", b"\xff\xfe"),
            ("pay", b"TransactionId=%ff"),
            ("pay", b"&".join([b"a=1"] * 300)),
        ],
    )
    def test_is_not_understood_where_it_leaves_its_documents(
        self, cloudpayments: CloudPayments, kind: str, raw: bytes
    ) -> None:
        with pytest.raises(NotUnderstood):
            _of_cloudpayments(cloudpayments, kind, raw)


class TestTelegram:
    def test_tells_of_a_payment_by_its_charge(self, telegram: Telegram) -> None:
        raw = json.dumps(
            {
                "currency": "RUB",
                "total_amount": 120050,
                "invoice_payload": shorten(ATTEMPT),
                "telegram_payment_charge_id": "7120_1",
                "provider_payment_charge_id": "22d6",
            }
        ).encode()

        assert telegram.parse(_received(raw)) == Notice(
            "7120_1",
            "successful_payment",
            payment=PaymentState(
                Outcome.SUCCEEDED, payment_id="7120_1", attempt_id=ATTEMPT, amount=Money(120050, "RUB")
            ),
        )

    def test_tells_of_money_for_nothing_that_we_asked_for(self, telegram: Telegram) -> None:
        raw = b'{"currency":"RUB","total_amount":1,"invoice_payload":"x","telegram_payment_charge_id":"1"}'

        notice = telegram.parse(_received(raw))

        assert notice.payment == PaymentState(Outcome.SUCCEEDED, payment_id="1", amount=Money(1, "RUB"))


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = st.sampled_from(
    [
        "id",
        "type",
        "event",
        "object",
        "data",
        "status",
        "amount",
        "value",
        "currency",
        "metadata",
        "attempt_id",
        "mode",
        "payment_status",
        "amount_total",
        "telegram_payment_charge_id",
        "total_amount",
        "invoice_payload",
        "payment_id",
    ]
)
TELLING = st.sampled_from(
    [
        "notification",
        "payment.succeeded",
        "refund.succeeded",
        "succeeded",
        "RUB",
        "eur",
        "1.00",
        "paid",
        "complete",
        "payment",
        "evt_1",
        "checkout.session.completed",
        "refund.updated",
    ]
)
OBJECT = st.dictionaries(
    NAMES,
    st.recursive(LEAF | TELLING, lambda deeper: st.dictionaries(NAMES, deeper, max_size=5), max_leaves=8),
    max_size=6,
)
RAW = st.one_of(
    st.binary(max_size=60),
    OBJECT.map(lambda thing: json.dumps(thing).encode()),
    st.dictionaries(
        st.sampled_from(["TransactionId", "Amount", "Currency", "InvoiceId", "Status", "Data", "PaymentTransactionId"]),
        st.sampled_from(["504", "10.00", "RUB", "Completed", "Declined", '{"refund_id": 1}', "[" * 9]) | st.text(),
        max_size=7,
    ).map(lambda form: urlencode(form, errors="replace").encode()),
)


class TestAnythingAtAll:
    @settings(max_examples=1_500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(raw=RAW, kind=st.sampled_from(["pay", "fail", "refund", "cancel", "check", "?"]))
    @example(raw=b"[" * 100_000, kind="pay")
    @example(raw=b'{"id":' + b"9" * 5000 + b"}", kind="pay")
    @example(raw=b'{"id": "\\ud800", "type": "notification", "event": "\\ud800"}', kind="pay")
    @example(raw=b'{"total_amount": NaN}', kind="pay")
    @example(raw=b"TransactionId=1&PaymentTransactionId=2&Data=" + b"[" * 100_000, kind="refund")
    def test_raises_nothing_but_that_it_is_not_understood(
        self,
        raw: bytes,
        kind: str,
        yookassa: YooKassa,
        standard: Standard,
        stripe: Stripe,
        cloudpayments: CloudPayments,
        telegram: Telegram,
    ) -> None:
        providers: list[Provider] = [yookassa, standard, stripe, cloudpayments, telegram]
        for provider in providers:
            try:
                notice = provider.parse(_received(raw, headers={"webhook-id": "msg_1"}, query={"event": kind}))
            except NotUnderstood:
                continue
            # It can be stored: a database takes neither a zero byte nor half of a pair.
            assert "\x00" not in notice.dedup_key + notice.event
            assert (notice.dedup_key + notice.event).encode()
