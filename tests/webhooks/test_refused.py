"""What cannot be shown to be genuine is refused without a word of detail, however it is made (F11, F12)."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import Database
from core.payments.provider import Received
from core.payments.providers.cloudpayments import CloudPayments
from tests.webhooks.door import YOOKASSA_PEER, Door, head, notice, open_door, signed
from webhooks.limits import Limits

PATIENT = Limits(refused_a_minute=10**9)
TOO_MUCH = 262_144 + 1
YOOKASSA_BODY = json.dumps(
    {
        "type": "notification",
        "event": "payment.succeeded",
        "object": {"id": "pay-1", "status": "succeeded", "paid": True, "amount": {"value": "1.00", "currency": "RUB"}},
    }
).encode()
HEADER_VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=200
).map(str.strip)


class TestAForgedNoticeF11:
    @pytest.mark.parametrize(
        ("off_by", "key"),
        [
            (timedelta(0), b"x" * 32),
            (timedelta(minutes=-6), b"k" * 32),
            (timedelta(minutes=6), b"k" * 32),
        ],
        ids=["bad key", "old", "future"],
    )
    async def test_is_refused_with_a_constant_answer(self, door: Door, off_by: timedelta, key: bytes) -> None:
        body = notice()

        answer = await door.bring(body, signed(body, off_by=off_by, key=key))

        assert (answer.status_code, answer.content) == (401, b"refused")
        assert await door.row_count() == 0
        assert door.counted("refused") == 1

    async def test_is_refused_if_anything_of_the_body_was_changed(self, door: Door) -> None:
        body = notice()

        answer = await door.bring(body.replace(b"100.00", b"900.00"), signed(body))

        assert (answer.status_code, await door.row_count()) == (401, 0)

    async def test_is_refused_if_a_header_came_twice(self, door: Door) -> None:
        body = notice()
        headers = [("Webhook-Signature", "v1,AAAA"), *signed(body).items()]

        answer = await door.http.post("/webhooks/payments/standard", content=body, headers=headers)

        assert (answer.status_code, await door.row_count()) == (401, 0)

    @pytest.mark.parametrize("query", ["event=pay&event=refund", "event=%00"])
    async def test_is_refused_if_its_address_says_two_things_or_what_cannot_be_stored(
        self, door: Door, query: str
    ) -> None:
        body = notice()

        answer = await door.bring(body, signed(body), query=query)

        assert (answer.status_code, await door.row_count()) == (401, 0)


class TestTheSender:
    @pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
    async def test_is_who_is_connected_whatever_headers_claim(self, door: Door, name: str) -> None:
        answer = await door.bring(YOOKASSA_BODY, {name: YOOKASSA_PEER}, to="yookassa")

        assert (answer.status_code, await door.row_count()) == (401, 0)

    @pytest.mark.parametrize(
        ("forwarded", "status"),
        [
            ([YOOKASSA_PEER], 200),
            ([f"198.51.100.1, {YOOKASSA_PEER}"], 200),
            (["198.51.100.1", YOOKASSA_PEER], 200),
            ([f"::ffff:{YOOKASSA_PEER}"], 200),
            ([f"{YOOKASSA_PEER}, 198.51.100.1"], 401),
            ([YOOKASSA_PEER, "198.51.100.1"], 401),
            ([f"{YOOKASSA_PEER}, unknown"], 401),
            (["not an address"], 401),
            ([], 401),
        ],
    )
    async def test_is_the_last_address_that_our_own_proxy_tells(
        self, db: Database, forwarded: list[str], status: int
    ) -> None:
        async with open_door(db, trusted_proxies="10.0.0.0/8, 127.0.0.0/8") as door:
            headers = [("X-Forwarded-For", value) for value in forwarded]

            answer = await door.http.post("/webhooks/payments/yookassa", content=YOOKASSA_BODY, headers=headers)

            assert answer.status_code == status


class TestAMalformedNoticeF12:
    async def test_is_refused_and_never_breaks_anything(self, db: Database) -> None:
        async with open_door(db, limits=PATIENT) as door:
            loop = asyncio.get_running_loop()

            async def bring(values: dict[str, str], body: bytes) -> int:
                # As latin-1, in which every value that HTTP allows can be written.
                headers = [(name.encode(), value.encode("latin-1")) for name, value in values.items()]
                answer = await door.http.post("/webhooks/payments/standard", content=body, headers=headers)
                return answer.status_code

            @given(
                st.dictionaries(
                    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), HEADER_VALUES
                ),
                st.binary(max_size=64),
            )
            @settings(max_examples=150, suppress_health_check=list(HealthCheck))
            def refused(values: dict[str, str], body: bytes) -> None:
                status = asyncio.run_coroutine_threadsafe(bring(values, body), loop).result(20)
                assert status == 401

            await asyncio.to_thread(refused)

            assert await door.row_count() == 0

    async def test_is_refused_also_where_our_verifier_has_a_bug_and_nothing_of_it_is_logged(self, db: Database) -> None:
        async with open_door(db, more={"broken": _BrokenVerifier()}) as door:
            with structlog.testing.capture_logs() as logs:
                answer = await door.bring(b"do-not-show", {"X-Signature": "do-not-show"}, to="broken")

            assert (answer.status_code, answer.content) == (401, b"refused")
            assert {"notice-verifier-broke", "notice-refused"} <= {line["event"] for line in logs}
            assert "do-not-show" not in str(logs)

    async def test_leaves_a_line_in_the_log_without_what_was_sent(self, door: Door) -> None:
        with structlog.testing.capture_logs() as logs:
            await door.bring(b"do-not-show", {**signed(b"", key=b"x"), "X-Token": "do-not-show"})

        (line,) = [line for line in logs if line["event"] == "notice-refused"]
        assert (line["provider"], line["peer"]) == ("standard", "127.0.0.1")
        assert "do-not-show" not in str(logs)
        assert "v1," not in str(logs)


class TestANoticeThatIsTooLong:
    async def test_is_refused_before_it_is_read_if_it_says_so(self, door: Door) -> None:
        async with door.line() as (reader, writer):
            writer.write(head({"Content-Length": str(TOO_MUCH)}))

            answer = await reader.read()

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert door.counted("too_large") == 1

    async def test_is_refused_when_it_turns_out_to_be_if_it_does_not_say_so(self, door: Door) -> None:
        async with door.line() as (reader, writer):
            writer.write(head({"Transfer-Encoding": "chunked"}))
            writer.write(b"%x\r\n" % TOO_MUCH + b"x" * TOO_MUCH + b"\r\n")

            answer = await reader.read()

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert (door.counted("too_large"), await door.row_count()) == (1, 0)

    async def test_and_says_that_it_is_shorter_is_cut_where_it_said(self, door: Door) -> None:
        body = notice()
        async with door.line() as (reader, writer):
            writer.write(head({**signed(body), "Content-Length": str(len(body)), "Connection": "close"}))
            writer.write(body + b"x" * 1000)

            answer = await reader.read()

        assert answer.startswith(b"HTTP/1.1 200 ")
        assert [row.raw for row in await door.rows()] == [body]

    async def test_is_taken_at_exactly_the_limit(self, door: Door) -> None:
        body = b" " * (TOO_MUCH - 1)

        answer = await door.bring(body, signed(body))

        assert answer.status_code == 200


class TestANoticeThatDoesNotEnd:
    async def test_is_given_up_and_keeps_nobody_else_waiting(self, db: Database) -> None:
        async with open_door(db, limits=Limits(body_seconds=0.5)) as door, door.line() as (reader, writer):
            writer.write(head({"Content-Length": "100"}) + b"x")
            body = notice()
            others = await door.bring(body, signed(body))
            answer = await reader.read()

            assert others.status_code == 200
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert door.counted("too_slow") == 1

    async def test_because_its_sender_left_is_no_error_of_ours(self, door: Door) -> None:
        with structlog.testing.capture_logs() as logs:
            async with door.line() as (_, writer):
                writer.write(head({"Content-Length": "100"}) + b"x")
                await writer.drain()
            async with asyncio.timeout(5):
                while not door.counted("broken_off"):
                    await asyncio.sleep(0.01)

        assert logs == []


class TestAnAddress:
    @pytest.mark.parametrize("name", ["paypal", "standard%00", "..", "Standard"])
    async def test_of_no_provider_of_ours_is_not_found(self, door: Door, name: str) -> None:
        body = notice()

        answer = await door.bring(body, signed(body), to=name)

        assert answer.status_code == 404

    @pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
    async def test_takes_nothing_but_post(self, door: Door, verb: str) -> None:
        assert (await door.http.request(verb, "/webhooks/payments/standard")).status_code == 405

    @pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json"])
    async def test_of_pages_about_the_application_is_not_there(self, door: Door, path: str) -> None:
        assert (await door.http.get(path)).status_code == 404


class _BrokenVerifier(CloudPayments):
    """A provider whose verifier has a bug, and repeats in it what the sender wrote."""

    name = "broken"

    def __init__(self) -> None:
        """Need nothing."""

    def verify(self, received: Received, now: datetime) -> str:
        assert now
        known: dict[str, str] = {}
        return known[received.headers["x-signature"]]
