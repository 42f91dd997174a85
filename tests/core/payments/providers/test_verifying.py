"""Verifying notices: the published vectors pass, and whatever is changed, late, early or foreign does not."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.payments.provider import NotGenuine, Provider, Received
from core.payments.providers.cloudpayments import CloudPayments, verify_content_hmac
from core.payments.providers.standard import Standard, verify_standard_webhook
from core.payments.providers.stripe import Stripe, verify_stripe_signature
from core.payments.providers.telegram import Telegram
from core.payments.providers.yookassa import YooKassa
from core.secrets import Secret, Secrets

SIGNED_AT = 1614265330
NOW = datetime.fromtimestamp(SIGNED_AT, UTC)
DAY = timedelta(days=1)
TOLERANCE = timedelta(seconds=300)
SECOND = timedelta(seconds=1)

STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(SIGNED_AT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
STRIPE_SECRET = "whsec_test_secret"
STRIPE_BODY = b'{"id":"evt_test_webhook","object":"event"}'
STRIPE_HEADERS = {
    "stripe-signature": f"t={SIGNED_AT},v1=3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff"
}
CLOUD_SECRET = "secret"
CLOUD_BODY = (
    b"TransactionId=504&Amount=10.00&Currency=RUB&InvoiceId=1234567&AccountId=user%40example.com&Status=Completed"
)
CLOUD_HEADERS = {"x-content-hmac": "X/LOkeVOVujuuSXQAqfzaT0zigBqS3x+/JQ9puUTGa4="}


def _received(raw: bytes, headers: Mapping[str, str], *, peer: str = "203.0.113.9") -> Received:
    return Received(raw, headers, {}, peer)


def _cloudpayments(received: Received, secrets: list[Secret], now: datetime) -> str:
    assert now
    return verify_content_hmac(received, secrets)


VERIFIERS = {
    "standard": (verify_standard_webhook, STANDARD_SECRET, STANDARD_BODY, STANDARD_HEADERS),
    "stripe": (verify_stripe_signature, STRIPE_SECRET, STRIPE_BODY, STRIPE_HEADERS),
    "cloudpayments": (_cloudpayments, CLOUD_SECRET, CLOUD_BODY, CLOUD_HEADERS),
}
Verifier = Callable[[Received, list[Secret], datetime], str]
each_verifier = pytest.mark.parametrize(("verify", "secret", "raw", "headers"), VERIFIERS.values(), ids=list(VERIFIERS))
with_a_stamp = pytest.mark.parametrize(
    ("verify", "secret", "raw", "headers"),
    [VERIFIERS["standard"], VERIFIERS["stripe"]],
    ids=["standard", "stripe"],
)


class TestASignature:
    @each_verifier
    def test_that_is_published_is_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        assert verify(_received(raw, headers), [Secret("k1", secret)], NOW) == "k1"

    @each_verifier
    def test_tells_which_of_two_active_secrets_it_was_made_with(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        other = Secret("other", "whsec_" + base64.b64encode(b"x" * 24).decode())
        ours = Secret("ours", secret)

        assert verify(_received(raw, headers), [ours, other], NOW) == "ours"
        assert verify(_received(raw, headers), [other, ours], NOW) == "ours"

    @each_verifier
    def test_by_another_secret_is_not_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        other = "whsec_" + base64.b64encode(b"x" * 24).decode()
        assert secret != other

        with pytest.raises(NotGenuine):
            verify(_received(raw, headers), [Secret("k1", other)], NOW)

    @each_verifier
    def test_of_a_body_with_one_bit_turned_is_not_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        for bit in range(8 * len(raw)):
            turned = bytearray(raw)
            turned[bit // 8] ^= 1 << bit % 8
            with pytest.raises(NotGenuine):
                verify(_received(bytes(turned), headers), [Secret("k1", secret)], NOW)

    @each_verifier
    def test_with_one_bit_turned_in_any_header_is_not_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        for name, value in headers.items():
            for bit in range(8 * len(value)):
                turned = bytearray(value.encode())
                turned[bit // 8] ^= 1 << bit % 8
                changed = {**headers, name: turned.decode("latin-1")}
                with pytest.raises(NotGenuine):
                    verify(_received(raw, changed), [Secret("k1", secret)], NOW)

    @each_verifier
    def test_that_is_missing_is_not_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        for name in headers:
            without = {other: value for other, value in headers.items() if other != name}
            with pytest.raises(NotGenuine):
                verify(_received(raw, without), [Secret("k1", secret)], NOW)

    @with_a_stamp
    def test_is_good_for_five_minutes_both_ways(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        secrets = [Secret("k1", secret)]

        assert verify(_received(raw, headers), secrets, NOW + TOLERANCE) == "k1"
        assert verify(_received(raw, headers), secrets, NOW - TOLERANCE) == "k1"
        for late_or_early in (TOLERANCE + SECOND, -TOLERANCE - SECOND, 365 * DAY, -365 * DAY):
            with pytest.raises(NotGenuine):
                verify(_received(raw, headers), secrets, NOW + late_or_early)

    def test_may_be_one_of_several(self) -> None:
        standard = f"v1,AAAA v1a,BBBB {STANDARD_HEADERS['webhook-signature']} v2,x"
        stripe = STRIPE_HEADERS["stripe-signature"].replace(",v1=", f",v1={'0' * 64},v0=abc,v1=")

        assert verify_standard_webhook(
            _received(STANDARD_BODY, {**STANDARD_HEADERS, "webhook-signature": standard}),
            [Secret("k1", STANDARD_SECRET)],
            NOW,
        )
        assert verify_stripe_signature(
            _received(STRIPE_BODY, {"stripe-signature": stripe}), [Secret("k1", STRIPE_SECRET)], NOW
        )

    def test_of_another_scheme_is_not_genuine(self) -> None:
        standard = STANDARD_HEADERS["webhook-signature"].replace("v1,", "v1a,")
        stripe = STRIPE_HEADERS["stripe-signature"].replace("v1=", "v0=")

        with pytest.raises(NotGenuine):
            verify_standard_webhook(
                _received(STANDARD_BODY, {**STANDARD_HEADERS, "webhook-signature": standard}),
                [Secret("k1", STANDARD_SECRET)],
                NOW,
            )
        with pytest.raises(NotGenuine):
            verify_stripe_signature(
                _received(STRIPE_BODY, {"stripe-signature": stripe}), [Secret("k1", STRIPE_SECRET)], NOW
            )

    def test_of_stripe_with_two_stamps_is_not_genuine(self) -> None:
        header = STRIPE_HEADERS["stripe-signature"] + f",t={SIGNED_AT}"

        with pytest.raises(NotGenuine):
            verify_stripe_signature(
                _received(STRIPE_BODY, {"stripe-signature": header}), [Secret("k1", STRIPE_SECRET)], NOW
            )

    @each_verifier
    def test_that_no_text_can_hold_is_not_genuine(
        self, verify: Verifier, secret: str, raw: bytes, headers: dict[str, str]
    ) -> None:
        *_, name = headers
        for odd in ("\ud800", "é", "\x00"):
            with pytest.raises(NotGenuine):
                verify(_received(raw, {**headers, name: headers[name][:-1] + odd}), [Secret("k1", secret)], NOW)

    def test_over_the_decoded_body_is_not_cloudpayments(self) -> None:
        decoded = {"x-content-hmac": "RczIuY+R8eEgN3/S3U/KeK1jcoLomPogIs999T2Mh/4="}

        with pytest.raises(NotGenuine):
            verify_content_hmac(_received(CLOUD_BODY, decoded), [Secret("k1", CLOUD_SECRET)])

    def test_by_an_empty_key_is_not_genuine(self) -> None:
        signed = b"msg_1.1614265330.{}"
        signature = "v1," + base64.b64encode(hmac.digest(b"", signed, hashlib.sha256)).decode()
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(SIGNED_AT), "webhook-signature": signature}

        for broken in ("whsec_", "whsec_!!!", "not base64"):
            with pytest.raises(NotGenuine):
                verify_standard_webhook(_received(b"{}", headers), [Secret("k1", broken)], NOW)


class TestAProvider:
    @pytest.fixture(params=["standard", "stripe", "cloudpayments"])
    def case(
        self, request: pytest.FixtureRequest, standard: Standard, stripe: Stripe, cloudpayments: CloudPayments
    ) -> tuple[Provider, str, Received]:
        providers: dict[str, Provider] = {"standard": standard, "stripe": stripe, "cloudpayments": cloudpayments}
        _, secret, raw, headers = VERIFIERS[request.param]
        return providers[request.param], secret, _received(raw, headers)

    def test_accepts_both_secrets_while_one_follows_the_other(
        self, case: tuple[Provider, str, Received], secrets: Secrets
    ) -> None:
        provider, secret, received = case
        name = f"{provider.name}_api_secret" if provider.name == "cloudpayments" else f"{provider.name}_webhook_secret"
        old = secrets.rotate(name, secret, overlap=DAY, now=NOW)
        other = "whsec_" + base64.b64encode(b"x" * 24).decode()
        secrets.rotate(name, other, overlap=TOLERANCE, now=NOW)

        assert provider.verify(received, NOW + TOLERANCE - SECOND) == old.kid
        with pytest.raises(NotGenuine):
            provider.verify(received, NOW + TOLERANCE)

    def test_believes_nothing_without_a_secret(self, case: tuple[Provider, str, Received]) -> None:
        provider, _, received = case

        with pytest.raises(NotGenuine):
            provider.verify(received, NOW)

    def test_believes_nothing_while_its_secrets_cannot_be_read(
        self, case: tuple[Provider, str, Received], secrets: Secrets
    ) -> None:
        provider, _, received = case
        secrets.newest("mac", NOW)
        secrets._path.write_text("damaged")

        with pytest.raises(NotGenuine):
            provider.verify(received, NOW)


class TestYooKassa:
    @pytest.mark.parametrize(
        ("peer", "network"),
        [
            ("185.71.76.1", "185.71.76.0/27"),
            ("::ffff:185.71.76.31", "185.71.76.0/27"),
            ("77.75.156.11", "77.75.156.11/32"),
            ("2a02:5180:0:1509::1", "2a02:5180::/32"),
        ],
    )
    def test_is_believed_from_its_own_networks(self, yookassa: YooKassa, peer: str, network: str) -> None:
        assert yookassa.verify(_received(b"", {}, peer=peer), NOW) == network

    @pytest.mark.parametrize("peer", ["185.71.76.32", "127.0.0.1", "::1", "2a02:5181::1", "", "testclient", "1.2.3"])
    def test_is_not_believed_from_elsewhere(self, yookassa: YooKassa, peer: str) -> None:
        with pytest.raises(NotGenuine):
            yookassa.verify(_received(b"", {}, peer=peer), NOW)

    @pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded"])
    def test_is_not_believed_for_what_a_header_claims(self, yookassa: YooKassa, header: str) -> None:
        with pytest.raises(NotGenuine):
            yookassa.verify(_received(b"", {header: "185.71.76.1"}, peer="203.0.113.9"), NOW)


class TestTelegram:
    def test_is_never_believed_from_the_web(self, telegram: Telegram) -> None:
        with pytest.raises(NotGenuine):
            telegram.verify(_received(b"{}", {}), NOW)


HEADER_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature", "x-content-hmac")
# What a header could hold, from nonsense to nearly right.
HEADER = st.one_of(
    st.text(max_size=40),
    st.text("tv10,= \x00é\ud800" + "0123456789abcdef", max_size=60),
    st.sampled_from([*STANDARD_HEADERS.values(), *STRIPE_HEADERS.values(), *CLOUD_HEADERS.values(), str(10**40)]),
)
ANYTHING = st.builds(
    Received,
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(HEADER_NAMES), HEADER),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    st.one_of(st.text(max_size=20), st.ip_addresses().map(str)),
)


class TestAnythingAtAll:
    @settings(max_examples=3_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(received=ANYTHING)
    @example(received=Received(b"", {"stripe-signature": "t=\u0661,v1=\ud800"}, {}, "\ud800"))
    def test_raises_nothing_but_that_it_is_not_genuine(self, received: Received, yookassa: YooKassa) -> None:
        for verify, secret, _, _ in VERIFIERS.values():
            with pytest.raises(NotGenuine):
                verify(received, [Secret("k1", secret)], NOW)
        try:
            yookassa.verify(received, NOW)
        except NotGenuine:
            return
        assert received.peer
