"""The bank's API answers as YooKassa's does, and its book knows what became of every kopeck."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.asking import new_client
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank, NotPossible
from sandbox.bank.shops import YOOKASSA
from sandbox.serving import Serving
from tests.sandbox.shop import Till, wanted


class TestAPayment:
    async def test_waits_for_its_payer_at_its_own_page(self, till: Till, http: httpx2.AsyncClient) -> None:
        payment = await till.create("1234.50", metadata={"attempt_id": "7"})

        assert payment["status"] == "pending"
        assert payment["paid"] is False
        assert payment["amount"] == {"value": "1234.50", "currency": "RUB"}
        assert payment["metadata"] == {"attempt_id": "7"}
        assert payment["recipient"]["account_id"] == YOOKASSA.shop_id
        assert datetime.fromisoformat(payment["created_at"]) <= datetime.now(UTC)  # noqa: TID251 -- real time
        page = await http.get(payment["confirmation"]["confirmation_url"])
        assert page.status_code == 200

    async def test_that_was_paid_says_what_the_shop_gets(self, till: Till, bank: Bank) -> None:
        payment = await till.create("100.10")
        await bank.pay(payment["id"])

        paid = await till.done("GET", f"payments/{payment['id']}")

        assert (paid["status"], paid["paid"], paid["refundable"]) == ("succeeded", True, True)
        assert paid["income_amount"] == {"value": "96.60", "currency": "RUB"}  # 3.5 % of 100.10 is 3.5035
        assert "confirmation" not in paid

    async def test_that_was_refused_says_why(self, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await bank.fail(payment["id"], "card_expired")

        canceled = await till.done("GET", f"payments/{payment['id']}")

        assert canceled["status"] == "canceled"
        assert canceled["cancellation_details"] == {"party": "payment_network", "reason": "card_expired"}

    async def test_ends_once(self, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await bank.pay(payment["id"])

        for act in (bank.pay, bank.fail, bank.cancel, bank.expire):
            with pytest.raises(NotPossible, match="succeeded already"):
                await act(payment["id"])

    async def test_expires_after_an_hour(self, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await bank.advance(timedelta(minutes=59))
        assert (await till.done("GET", f"payments/{payment['id']}"))["status"] == "pending"
        await bank.advance(timedelta(minutes=1))

        expired = await till.done("GET", f"payments/{payment['id']}")

        assert expired["cancellation_details"] == {"party": "yoo_money", "reason": "expired_on_confirmation"}

    async def test_in_two_stages_is_held_and_then_taken_in_part(self, till: Till, bank: Bank) -> None:
        body = wanted()
        del body["capture"]
        payment = await till.done("POST", "payments", body)
        assert await till.refused("POST", f"payments/{payment['id']}/capture", {}) == (
            400,
            "invalid_request",
            "payment_id",
        )
        held = await bank.pay(payment["id"])
        assert (held["status"], held["paid"]) == ("waiting_for_capture", True)
        assert await bank.book() == {}

        part = {"amount": {"value": "40.00", "currency": "RUB"}}
        taken = await till.done("POST", f"payments/{payment['id']}/capture", part)

        assert (taken["status"], taken["amount"]["value"]) == ("succeeded", "40.00")

    async def test_in_two_stages_is_let_go_by_the_shop_or_by_time(self, till: Till, bank: Bank) -> None:
        one, two = [await till.create(capture=False) for _ in range(2)]
        await bank.pay(one["id"])
        await bank.pay(two["id"])

        let_go = await till.done("POST", f"payments/{one['id']}/cancel", {})
        await bank.advance(timedelta(days=7))
        late = await till.done("GET", f"payments/{two['id']}")

        assert let_go["cancellation_details"]["reason"] == "canceled_by_merchant"
        assert late["cancellation_details"]["reason"] == "expired_on_capture"

    async def test_of_another_shop_is_not_there(self, till: Till, signing_till: Till) -> None:
        payment = await till.create()

        assert await signing_till.refused("GET", f"payments/{payment['id']}") == (404, "not_found", "payment_id")
        assert (await signing_till.done("GET", "payments"))["items"] == []

    @pytest.mark.parametrize(("value", "currency"), [("1500", "JPY"), ("0.125", "KWD"), ("0.01", "USD")])
    async def test_has_the_digits_of_its_currency(self, till: Till, value: str, currency: str) -> None:
        assert (await till.create(value, currency))["amount"] == {"value": value, "currency": currency}


class TestARequest:
    async def test_needs_the_right_credentials(self, till: Till) -> None:
        right = till.headers["Authorization"]
        for wrong in ("", "Basic !!!", "Basic eDp5", right.replace("Basic", "Bearer")):
            till.headers = {"Authorization": wrong}
            assert await till.refused("GET", "payments") == (401, "invalid_credentials", "Authorization")

    async def test_with_the_same_key_makes_one_payment(self, till: Till, bank: Bank) -> None:
        first = await till.done("POST", "payments", wanted(), key="k")
        await bank.pay(first["id"])

        again = await till.done("POST", "payments", wanted(), key="k")

        assert (again["id"], again["status"]) == (first["id"], "succeeded")
        assert len(await bank.payments()) == 1

    async def test_with_the_same_key_and_another_body_is_refused(self, till: Till, bank: Bank) -> None:
        payment = await till.done("POST", "payments", wanted(), key="k")

        other_amount = await till.refused("POST", "payments", wanted("100.01"), key="k")
        other_call = await till.refused("POST", f"payments/{payment['id']}/cancel", wanted(), key="k")

        assert other_amount == other_call == (400, "invalid_request", "Idempotence-Key")
        assert len(await bank.payments()) == 1

    async def test_with_the_key_of_another_shop_is_its_own(self, till: Till, signing_till: Till) -> None:
        one = await till.done("POST", "payments", wanted(), key="k")
        other = await signing_till.done("POST", "payments", wanted(), key="k")

        assert one["id"] != other["id"]

    async def test_with_the_key_of_yesterday_is_new(self, till: Till, bank: Bank) -> None:
        first = await till.done("POST", "payments", wanted(), key="k")
        await bank.advance(timedelta(days=1))

        assert (await till.done("POST", "payments", wanted(), key="k"))["id"] != first["id"]

    @pytest.mark.parametrize("key", [None, "k" * 65])
    async def test_without_a_good_key_is_refused(self, till: Till, key: str | None) -> None:
        refusal = await till.refused("POST", "payments", wanted(), key=key)

        assert refusal == (400, "invalid_request", "Idempotence-Key")

    @pytest.mark.parametrize(
        ("change", "parameter"),
        [
            ({"amount": "100.00"}, "amount"),
            ({"amount": {"value": "100.001", "currency": "RUB"}}, "amount.value"),
            ({"amount": {"value": "1e3", "currency": "RUB"}}, "amount.value"),
            ({"amount": {"value": "-1.00", "currency": "RUB"}}, "amount.value"),
            ({"amount": {"value": "0.00", "currency": "USD"}}, "amount.value"),
            ({"amount": {"value": "0.99", "currency": "RUB"}}, "amount.value"),
            ({"amount": {"value": "350000.01", "currency": "RUB"}}, "amount.value"),
            ({"amount": {"value": "1.5", "currency": "JPY"}}, "amount.value"),
            ({"amount": {"value": "1.00", "currency": "XXX"}}, "amount.currency"),
            ({"description": "x" * 129}, "description"),
            ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
            ({"metadata": {"k" * 33: "v"}}, f"metadata.{'k' * 33}"),
            ({"metadata": {"k": "v" * 513}}, "metadata.k"),
            ({"metadata": {"k": 1}}, "metadata.k"),
            ({"confirmation": {"type": "qr"}}, "confirmation.type"),
            ({"confirmation": {"type": "redirect"}}, "confirmation.return_url"),
            ({"confirmation": {"type": "redirect", "return_url": "javascript:alert(1)"}}, "confirmation.return_url"),
            ({"capture": "yes"}, "capture"),
            ({"colour": "red"}, "colour"),
        ],
    )
    async def test_that_is_wrong_is_told_where(self, till: Till, change: dict[str, Any], parameter: str) -> None:
        refusal = await till.refused("POST", "payments", {**wanted(), **change})

        assert refusal == (400, "invalid_request", parameter)

    async def test_is_json_and_an_object(self, http: httpx2.AsyncClient, till: Till) -> None:
        for content, kind, status in (
            (b"{", "application/json", 400),
            (b"[]", "application/json", 400),
            (b"a=1", "application/x-www-form-urlencoded", 415),
        ):
            headers = {**till.headers, "Idempotence-Key": "k", "Content-Type": kind}
            answer = await http.post("/v3/payments", content=content, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (status, "error")


class TestAList:
    async def test_goes_from_the_newest_to_the_oldest_page_by_page(self, till: Till) -> None:
        made = [(await till.create())["id"] for _ in range(5)]
        seen: list[str] = []
        path = "payments?limit=2"
        while path:
            page = await till.done("GET", path)
            seen += [payment["id"] for payment in page["items"]]
            path = f"payments?limit=2&cursor={page['next_cursor']}" if "next_cursor" in page else ""

        assert seen == made[::-1]

    async def test_keeps_to_a_span_of_time_with_both_its_ends(self, till: Till, bank: Bank) -> None:
        made = []
        for _ in range(3):
            made.append(await till.create())
            await bank.advance(timedelta(hours=1))
        middle = made[1]["created_at"]

        since = await till.done("GET", f"payments?created_at.gte={middle}")
        before = await till.done("GET", f"payments?created_at.lt={middle}")
        until = await till.done("GET", f"payments?created_at.gt={made[0]['created_at']}&created_at.lte={middle}")

        assert [payment["id"] for payment in since["items"]] == [made[2]["id"], made[1]["id"]]
        assert [payment["id"] for payment in before["items"]] == [made[0]["id"]]
        assert [payment["id"] for payment in until["items"]] == [made[1]["id"]]

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "created_at.gte=soon", "colour=red"])
    async def test_refuses_questions_that_make_no_sense(self, till: Till, query: str) -> None:
        assert await till.refused("GET", f"payments?{query}") == (
            400,
            "invalid_request",
            query.split("=", maxsplit=1)[0],
        )


class TestARefund:
    async def _paid(self, till: Till, bank: Bank, value: str = "100.00") -> str:
        payment = await till.create(value)
        await bank.pay(payment["id"])
        return str(payment["id"])

    async def test_never_gives_back_more_than_was_paid(self, till: Till, bank: Bank) -> None:
        payment_id = await self._paid(till, bank)
        await till.refund(payment_id, "60.00")

        too_much = {"payment_id": payment_id, "amount": {"value": "40.01", "currency": "RUB"}}
        assert await till.refused("POST", "refunds", too_much) == (400, "invalid_request", "amount")
        await till.refund(payment_id, "40.00")

        payment = await till.done("GET", f"payments/{payment_id}")
        assert (payment["refunded_amount"]["value"], payment["refundable"]) == ("100.00", False)

    async def test_that_waits_counts_as_given_until_it_is_canceled(self, till: Till, bank: Bank) -> None:
        payment_id = await self._paid(till, bank)
        await bank.misbehave("pending_refund", times=1)
        waiting = await till.refund(payment_id, "60.00")
        more = {"payment_id": payment_id, "amount": {"value": "60.00", "currency": "RUB"}}

        assert waiting["status"] == "pending"
        assert (await till.refused("POST", "refunds", more))[0] == 400
        assert (await bank.book())["RUB"]["refunded"] == 0
        await bank.cancel_refund(waiting["id"])
        canceled = await till.done("GET", f"refunds/{waiting['id']}")
        assert canceled["cancellation_details"]["reason"] == "insufficient_funds"
        await till.done("POST", "refunds", more)
        assert (await bank.book())["RUB"]["refunded"] == 60_00

    async def test_succeeds_later_if_told_so(self, till: Till, bank: Bank) -> None:
        payment_id = await self._paid(till, bank)
        await bank.misbehave("pending_refund", times=1)
        waiting = await till.refund(payment_id, "60.00")

        await bank.succeed_refund(waiting["id"])

        assert (await till.done("GET", f"refunds/{waiting['id']}"))["status"] == "succeeded"
        with pytest.raises(NotPossible, match="succeeded already"):
            await bank.cancel_refund(waiting["id"])

    async def test_is_for_a_paid_payment_in_its_currency(self, till: Till, bank: Bank, signing_till: Till) -> None:
        payment = await till.create()
        body = {"payment_id": payment["id"], "amount": {"value": "1.00", "currency": "RUB"}}
        assert await till.refused("POST", "refunds", body) == (400, "invalid_request", "payment_id")
        await bank.pay(payment["id"])

        dollars = {**body, "amount": {"value": "1.00", "currency": "USD"}}
        assert await till.refused("POST", "refunds", dollars) == (400, "invalid_request", "amount.currency")
        assert await signing_till.refused("POST", "refunds", body) == (404, "not_found", "payment_id")

    async def test_with_the_same_key_gives_back_once(self, till: Till, bank: Bank) -> None:
        payment_id = await self._paid(till, bank)
        body = {"payment_id": payment_id, "amount": {"value": "10.00", "currency": "RUB"}}

        one, again = [await till.done("POST", "refunds", body, key="r") for _ in range(2)]

        assert one == again
        assert [refund["id"] for refund in (await till.done("GET", f"refunds?payment_id={payment_id}"))["items"]] == [
            one["id"]
        ]


class TestTheBook:
    async def test_sums_what_was_paid_and_given_back_by_currency(
        self, till: Till, signing_till: Till, bank: Bank
    ) -> None:
        for one_till, value, currency in (
            (till, "100.10", "RUB"),
            (till, "200.00", "RUB"),
            (signing_till, "50.00", "RUB"),
            (signing_till, "1500", "JPY"),
        ):
            await bank.pay((await one_till.create(value, currency))["id"])
        refused = await till.create("999.00")
        await bank.fail(refused["id"])
        paid = (await bank.payments())[0]
        await till.refund(paid["id"], "0.10")

        assert await bank.book() == {
            "RUB": {"paid": 350_10, "refunded": 10, "fees": 350 + 700 + 175, "count": 3},
            "JPY": {"paid": 1500, "refunded": 0, "fees": 53, "count": 1},
        }
        assert (await bank.book("yookassa"))["RUB"]["paid"] == 300_10


class TestTheBank:
    async def test_goes_on_after_a_restart(self, tmp_path: Path) -> None:
        made: list[dict[str, Any]] = []
        for _ in range(2):
            serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
            await serving.start()
            async with (
                new_client(base_url=serving.url) as http,
                Bank.connect(serving.url) as bank,
            ):
                made.append(await Till(http, YOOKASSA).done("POST", "payments", wanted(), key="k"))
                if len(made) == 1:
                    await bank.pay(made[0]["id"])
                assert (await bank.book())["RUB"]["count"] == 1
            await serving.stop()

        assert made[0]["id"] == made[1]["id"]
        assert made[1]["status"] == "succeeded"

    async def test_keeps_to_its_settings(self) -> None:
        app = create_app(fee_basis_points=0, lifetime_seconds=60, public_url="https://bank.example")
        serving = Serving(app, "127.0.0.1", 0)
        await serving.start()
        async with (
            new_client(base_url=serving.url) as http,
            Bank.connect(serving.url) as bank,
        ):
            till = Till(http, YOOKASSA)
            one, two = [await till.create() for _ in range(2)]
            assert one["confirmation"]["confirmation_url"] == f"https://bank.example/pay/{one['id']}"
            await bank.pay(one["id"])
            await bank.advance(timedelta(minutes=1))
            assert (await till.done("GET", f"payments/{two['id']}"))["status"] == "canceled"
            assert await bank.book() == {"RUB": {"paid": 100_00, "refunded": 0, "fees": 0, "count": 1}}
        await serving.stop()

    async def test_forgets_everything_when_told_so(self, till: Till, bank: Bank) -> None:
        payment = await till.done("POST", "payments", wanted(), key="k")
        await bank.pay(payment["id"])
        await bank.reset()

        assert (await bank.payments(), await bank.book(), await bank.notices()) == ([], {}, [])
        assert (await till.done("POST", "payments", wanted(), key="k"))["id"] != payment["id"]
