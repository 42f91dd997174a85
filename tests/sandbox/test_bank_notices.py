"""Notices of the bank come signed or not, again until they are taken, and as badly as a network brings them."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.asking import new_client
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank, NotPossible
from sandbox.bank.shops import STANDARD, YOOKASSA, Shop
from sandbox.bank.signature import sign
from sandbox.serving import Serving
from tests.sandbox.shop import Door, Till

Came = tuple[dict[str, str], bytes]


def is_genuine(came: Came) -> bool:
    """Check a signature by the words of the standard, with none of the bank's code."""
    headers, body = came
    assert STANDARD.webhook_secret is not None
    key = base64.b64decode(STANDARD.webhook_secret[len("whsec_") :])
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


def said(came: Came) -> dict[str, Any]:
    return dict(json.loads(came[1]))


async def paid(till: Till, bank: Bank, value: str = "100.00") -> str:
    payment = await till.create(value)
    await bank.pay(payment["id"])
    return str(payment["id"])


class TestASignature:
    def test_is_that_of_the_official_vector(self) -> None:
        signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
        )

        assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    async def test_stands_on_every_notice_of_the_shop_that_has_a_secret(
        self, signing_till: Till, bank: Bank, door: Door
    ) -> None:
        payment_id = await paid(signing_till, bank)

        came = (await door.wait_for(1))[0]

        assert is_genuine(came)
        assert not is_genuine((came[0], came[1] + b" "))
        assert (said(came)["type"], said(came)["data"]["id"]) == ("payment.succeeded", payment_id)
        assert said(came)["timestamp"].endswith("Z")

    async def test_is_made_anew_for_each_try_under_the_same_id(
        self, signing_till: Till, bank: Bank, door: Door
    ) -> None:
        door.answers = [500]
        payment_id = await paid(signing_till, bank)
        notice = await bank.delivered(payment_id)
        await bank.advance(timedelta(hours=1))
        await bank.replay(notice["id"])

        first, again, replayed = await door.wait_for(3)

        assert all(is_genuine(came) for came in (first, again, replayed))
        assert len({came[0]["webhook-id"] for came in door.came}) == 1
        assert int(replayed[0]["webhook-timestamp"]) - int(first[0]["webhook-timestamp"]) >= 3600

    async def test_is_missing_where_the_shop_has_no_secret(self, till: Till, bank: Bank, door: Door) -> None:
        payment_id = await paid(till, bank)

        headers, body = (await door.wait_for(1))[0]
        assert not [name for name in headers if name.startswith("webhook-")]
        notice = json.loads(body)
        assert (notice["type"], notice["event"], notice["object"]["id"]) == (
            "notification",
            "payment.succeeded",
            payment_id,
        )
        assert notice["object"] == await till.done("GET", f"payments/{payment_id}")


class TestANotice:
    async def test_tells_of_every_end_but_of_no_canceled_refund(self, till: Till, bank: Bank, door: Door) -> None:
        payment_id = await paid(till, bank)
        await door.wait_for(1)
        await till.refund(payment_id, "10.00")
        await door.wait_for(2)
        await bank.misbehave("pending_refund")
        refund = await till.refund(payment_id, "10.00")
        await bank.cancel_refund(refund["id"])
        held = await till.create(capture=False)
        await bank.pay(held["id"])
        await door.wait_for(3)
        await bank.expire((await till.create())["id"])

        events = [said(came)["event"] for came in await door.wait_for(4)]

        assert events == [
            "payment.succeeded",
            "refund.succeeded",
            "payment.waiting_for_capture",
            "payment.canceled",
        ]

    async def test_comes_again_until_it_is_taken_with_exactly_200(self, till: Till, bank: Bank, door: Door) -> None:
        door.answers = [500, 404, 201]
        payment_id = await paid(till, bank)

        notice = await bank.delivered(payment_id)

        assert [delivery["status"] for delivery in notice["deliveries"]] == [500, 404, 201, 200]
        assert len({came[1] for came in door.came}) == 1

    async def test_that_is_signed_is_taken_with_any_success(self, signing_till: Till, bank: Bank, door: Door) -> None:
        door.answers = [302, 204]
        payment_id = await paid(signing_till, bank)

        notice = await bank.delivered(payment_id)

        assert [delivery["status"] for delivery in notice["deliveries"]] == [302, 204]

    async def test_comes_when_the_shop_is_there_again(self, till: Till, bank: Bank, door: Door) -> None:
        right = (await bank.notice_urls())[YOOKASSA.name]
        await bank.send_notices_to(YOOKASSA.name, "http://127.0.0.1:9/")
        payment_id = await paid(till, bank)
        notice = (await bank.notices())[0]
        await bank.send_notices_to(YOOKASSA.name, right)

        taken = await bank.delivered(payment_id)

        assert taken["id"] == notice["id"]
        assert any(delivery["error"] for delivery in taken["deliveries"])
        assert len(door.came) == 1

    async def test_is_given_up_after_a_day(self, till: Till, bank: Bank, door: Door) -> None:
        door.answers = [500] * 1000
        await paid(till, bank)
        await bank.advance(timedelta(hours=25))

        await self._becomes(bank, "given_up")

    async def test_goes_nowhere_without_an_address(self, till: Till, bank: Bank) -> None:
        await paid(till, bank)

        notice = (await bank.notices())[0]
        assert (notice["state"], notice["deliveries"]) == ("unaddressed", [])
        with pytest.raises(NotPossible):
            await bank.replay(notice["id"])

    async def test_is_sent_after_a_restart_if_it_was_not_taken(self, tmp_path: Path, door: Door) -> None:
        doors = Serving(door.app, "127.0.0.1", 0)
        shop = Shop("only", "1", "key", notice_url=f"{doors.url}/notices/only")
        for round_number in range(2):
            if round_number == 1:
                await doors.start()
            serving = Serving(create_app(data_path=tmp_path, shops=(shop,), retry_seconds=(0.02,)), "127.0.0.1", 0)
            await serving.start()
            async with (
                new_client(base_url=serving.url) as http,
                Bank.connect(serving.url) as bank,
            ):
                if round_number == 0:
                    payment_id = await paid(Till(http, shop), bank)
                else:
                    await bank.delivered(payment_id)
            await serving.stop()
        await doors.stop()

        assert [came[0]["shop"] for came in door.came] == ["only"]

    async def _becomes(self, bank: Bank, state: str) -> None:
        async with asyncio.timeout(5):
            while (await bank.notices())[0]["state"] != state:
                await asyncio.sleep(0.02)


class TestABadDay:
    async def test_brings_a_notice_many_times_at_once(self, signing_till: Till, bank: Bank, door: Door) -> None:
        await bank.misbehave("duplicate_notices", copies=4, times=1)
        await paid(signing_till, bank)

        came = await door.wait_for(4)

        assert len({(headers["webhook-id"], body) for headers, body in came}) == 1

    async def test_brings_a_notice_late(self, till: Till, bank: Bank, door: Door) -> None:
        await bank.misbehave("late_notices", seconds=0.3, times=1)
        late = await paid(till, bank)
        soon = await paid(till, bank)

        came = await door.wait_for(2)

        assert [said(one)["object"]["id"] for one in came] == [soon, late]

    async def test_brings_notices_in_another_order(self, till: Till, bank: Bank, door: Door) -> None:
        await bank.misbehave("hold_notices")
        payment_id = await paid(till, bank)
        await till.refund(payment_id, "10.00")
        await bank.behave()
        assert door.came == []

        await bank.release()

        events = [said(came)["event"] for came in await door.wait_for(2)]
        assert events == ["refund.succeeded", "payment.succeeded"]

    async def test_loses_a_notice(self, till: Till, bank: Bank, door: Door) -> None:
        await bank.misbehave("lose_notices", times=1, call="payment.succeeded")
        await paid(till, bank)
        other = await paid(till, bank)
        await bank.delivered(other)

        assert [notice["state"] for notice in await bank.notices()] == ["lost", "delivered"]
        assert len(door.came) == 1

    async def test_sends_a_forgery_before_the_true_notice(self, signing_till: Till, bank: Bank, door: Door) -> None:
        await bank.misbehave("forge_notices", how="changed_amount", times=1)
        await paid(signing_till, bank)

        genuine = sorted((is_genuine(came), said(came)["data"]["amount"]["value"]) for came in await door.wait_for(2))

        assert genuine == [(False, "1000.00"), (True, "100.00")]


class TestAForgery:
    @pytest.mark.parametrize("how", ["bad_signature", "changed_amount", "other_payment", "malformed_signature"])
    async def test_has_no_right_signature(self, signing_till: Till, bank: Bank, door: Door, how: str) -> None:
        payment = await signing_till.create()
        await bank.forge(payment["id"], how)

        came = (await door.wait_for(1))[0]

        assert not is_genuine(came)
        assert said(came)["type"] == "payment.succeeded"
        assert (said(came)["data"]["id"] == payment["id"]) is (how != "other_payment")
        assert said(came)["data"]["amount"]["value"] == ("1000.00" if how == "changed_amount" else "100.00")

    async def test_may_have_no_signature_at_all(self, signing_till: Till, bank: Bank, door: Door) -> None:
        payment = await signing_till.create()
        await bank.forge(payment["id"], "no_signature")

        assert "webhook-signature" not in (await door.wait_for(1))[0][0]

    @pytest.mark.parametrize(("how", "skew"), [("old_timestamp", -600), ("future_timestamp", 600)])
    async def test_may_be_rightly_signed_at_a_wrong_time(
        self, signing_till: Till, bank: Bank, door: Door, how: str, skew: int
    ) -> None:
        true_id = await paid(signing_till, bank)
        true = await bank.delivered(true_id)
        await bank.forge(true_id, how)

        forged = (await door.wait_for(2))[1]

        assert is_genuine(forged)
        now = int(true["created"])
        assert abs(int(forged[0]["webhook-timestamp"]) - now - skew) <= 5

    async def test_of_a_shop_that_does_not_sign_claims_what_is_not_so(self, till: Till, bank: Bank, door: Door) -> None:
        payment, other = [await till.create() for _ in range(2)]
        await bank.forge(payment["id"], "other_payment", other["id"])

        claim = said((await door.wait_for(1))[0])["object"]

        assert (claim["id"], claim["status"], claim["paid"]) == (other["id"], "succeeded", True)
        assert (await till.done("GET", f"payments/{other['id']}"))["status"] == "pending"
        assert await bank.book() == {}

    async def test_is_sent_once_whatever_it_is_answered(self, till: Till, bank: Bank, door: Door) -> None:
        door.answers = [401]
        payment = await till.create()
        await bank.forge(payment["id"])
        await door.wait_for(1)
        await bank.delivered(await paid(till, bank))

        forged = (await bank.notices())[0]
        assert (forged["state"], len(forged["deliveries"])) == ("refused", 1)
