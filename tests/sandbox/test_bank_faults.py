"""The bank has every bad day that it is asked for, for as long as it is asked, and then none."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.asking import new_client
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank, NotPossible
from sandbox.bank.shops import YOOKASSA
from sandbox.serving import Serving
from tests.sandbox.shop import Door, Till, wanted


class TestARequest:
    @pytest.mark.parametrize(
        ("kind", "status", "made"),
        [("fail_before", 500, 0), ("fail_after", 500, 1), ("too_many_requests", 429, 0)],
    )
    async def test_fails_before_or_after_it_was_done(
        self, till: Till, bank: Bank, kind: str, status: int, made: int
    ) -> None:
        await bank.misbehave(kind, times=1)

        answer = await till.ask("POST", "payments", wanted(), key="k")

        assert (answer.status_code, answer.json()["type"]) == (status, "error")
        assert len(await bank.payments()) == made
        again = await till.done("POST", "payments", wanted(), key="k")
        assert [payment["id"] for payment in await bank.payments()] == [again["id"]]

    async def test_is_done_though_no_answer_comes(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("hang_after", times=1, call="create_payment")

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(till.ask("POST", "payments", wanted(), key="k"), 0.3)

        again = await till.done("POST", "payments", wanted(), key="k")
        assert [payment["id"] for payment in await bank.payments()] == [again["id"]]

    async def test_is_answered_with_500_after_a_while_of_silence(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("hang_after", times=1, seconds=0.05)

        assert (await till.ask("POST", "payments", wanted())).status_code == 500

    async def test_meets_a_gateway_that_speaks_html(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("bad_gateway", times=1)

        answer = await till.ask("POST", "payments", wanted())

        assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
        assert answer.text.startswith("<html>")
        assert await bank.payments() == []

    async def test_that_is_refused_anyway_uses_no_later_fault_up(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("fail_after", times=1)

        assert (await till.ask("POST", "payments", {})).status_code == 400
        assert (await till.ask("POST", "payments", wanted())).status_code == 500


class TestAnOutage:
    async def test_stops_requests_and_notices_until_it_ends(self, till: Till, bank: Bank, door: Door) -> None:
        payment = await till.create()
        await bank.misbehave("outage")
        await bank.pay(payment["id"])

        statuses = [(await till.ask("GET", "payments")).status_code for _ in range(3)]
        await asyncio.sleep(0.15)
        assert (statuses, door.came) == ([503] * 3, [])

        await bank.behave("outage")
        assert (await till.ask("GET", "payments")).status_code == 200
        await bank.delivered(payment["id"])

    async def test_may_last_for_a_span_of_time(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("outage", for_seconds=86400)
        await bank.advance(timedelta(hours=23))
        assert (await till.ask("GET", "payments")).status_code == 503
        await bank.advance(timedelta(hours=1))

        assert (await till.ask("GET", "payments")).status_code == 200


class TestAFault:
    async def test_strikes_only_the_call_that_it_names(self, till: Till, bank: Bank) -> None:
        await bank.misbehave("fail_before", call="create_refund", times=1)

        payment = await till.create()
        await bank.pay(payment["id"])
        body = {"payment_id": payment["id"], "amount": {"value": "1.00", "currency": "RUB"}}

        assert (await till.ask("POST", "refunds", body)).status_code == 500
        assert (await till.ask("POST", "refunds", body)).status_code == 200

    async def test_strikes_by_the_same_chance_each_time(self) -> None:
        rounds = []
        for _ in range(2):
            serving = Serving(create_app(seed=7), "127.0.0.1", 0)
            await serving.start()
            async with (
                new_client(base_url=serving.url) as http,
                Bank.connect(serving.url) as bank,
            ):
                await bank.misbehave("fail_before", chance=0.5)
                till = Till(http, YOOKASSA)
                rounds.append([(await till.ask("GET", "payments")).status_code for _ in range(20)])
            await serving.stop()

        assert rounds[0] == rounds[1]
        assert set(rounds[0]) == {200, 500}

    async def test_of_a_kind_that_nobody_knows_is_refused(self, bank: Bank) -> None:
        with pytest.raises(NotPossible, match="no such fault"):
            await bank.misbehave("earthquake")
        with pytest.raises(NotPossible, match="no such fault"):
            await bank.misbehave("outage", colour="red")


class TestAWrongAmount:
    async def test_is_charged_and_stands_in_the_book(self, till: Till, bank: Bank, door: Door) -> None:
        payment = await till.create("100.00")
        await bank.misbehave("wrong_amount", minor=-1, times=1)
        charged = await bank.pay(payment["id"])

        assert charged["amount"]["value"] == "99.99"
        assert (await bank.book())["RUB"]["paid"] == 99_99
        assert b'"99.99"' in (await door.wait_for(1))[0][1]
