"""Debts by HTTP: what people are called, what all sum to, what became of attempts and orders, what goes back."""

from typing import Any
from uuid import UUID

from core.ids import AttemptId, IntentId, OrderId
from core.orders.finish_order import cancel_order
from core.payments.provider import Outcome, PaymentState
from core.payments.refund_attempt import refund_attempt
from core.payments.start_attempt import start_attempt
from core.payments.take_payment_state import take_payment_state
from tests.api.door import Door, Person
from tests.api.test_purchases import opened
from tests.builders import BANK, NO_LIMITS, NOW


async def owing(payer: Person, payee: Person, *others: Person, cents: int = 100_00) -> Any:
    """Return a debt of a purchase that the payee organises and others take part in."""
    identity = await opened(payee, *others, payer)
    exact = {"mode": "exact", "amounts_cents": {payer.id: cents}}
    await payee.post(f"/purchases/{identity}/spendings", {"title": "Taxi", "cost_cents": cents, "split": exact})
    locked = await payee.post(f"/purchases/{identity}/lock-distribution", {"strategy": "accruals"})
    [intent] = locked["intents"]
    return intent


class TestADebt:
    async def test_calls_people_as_its_purchase_does(self, door: Door) -> None:
        first, boris, second = [await door.person(name) for name in ("Anna", "Boris", "Anna")]
        debt = await owing(second, boris, first)

        purchase = await boris.get(f"/purchases/{debt['purchase_id']}")
        detail = await second.get(f"/intents/{debt['id']}")
        [listed] = (await boris.get("/intents?role=payee"))["items"]
        history = (await boris.get(f"/purchases/{debt['purchase_id']}/history"))["items"]

        called = {each["user_id"]: each["name"] for each in purchase["participants"]}
        assert called == {first.id: "Anna", second.id: "Anna (2)", boris.id: "Boris"}
        assert {debt["payer_name"], detail["payer_name"], listed["payer_name"]} == {"Anna (2)"}
        assert [each["actor_name"] for each in history if each["actor_id"] == second.id] == ["Anna (2)"]

    async def test_is_summed_with_all_others_whatever_the_page(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        for cents in (100_00, 20_00):
            await owing(anna, boris, cents=cents)
        debt = await owing(boris, anna, cents=3_00)
        await boris.post("/commands/pay", {"intent_id": debt["id"], "rail": "manual", "amount_cents": 1_00})
        [attempt] = (await anna.get(f"/intents/{debt['id']}"))["attempts"]
        await anna.post(f"/attempts/{attempt['id']}/confirm")

        both = await anna.get("/intents?limit=1")
        owed = await anna.get("/intents?role=payer&limit=1&offset=1")
        nothing = await (await door.person("Vera")).get("/intents")

        assert (len(both["items"]), both["total"]) == (1, 3)
        assert both["sums"] == [{"currency": "RUB", "i_owe_cents": 120_00, "owed_to_me_cents": 2_00}]
        assert owed["sums"] == [{"currency": "RUB", "i_owe_cents": 120_00, "owed_to_me_cents": 0}]
        assert nothing["sums"] == []


class TestAnAttempt:
    async def test_says_what_goes_back(self, door: Door) -> None:
        anna, boris, organizer = [await door.person(name) for name in ("Anna", "Boris", "Vera")]
        identity = await opened(organizer, boris, anna)
        exact = {"mode": "exact", "amounts_cents": {anna.id: 100_00}}
        spent = {"title": "Taxi", "cost_cents": 100_00, "split": exact}
        await boris.post(f"/purchases/{identity}/spendings", spent)
        [debt] = (await organizer.post(f"/purchases/{identity}/lock-distribution", {"strategy": "accruals"}))["intents"]
        attempt = await anna.post("/commands/pay", {"intent_id": debt["id"], "rail": "manual"})
        at = f"/attempts/{attempt['id']}"
        paid = await boris.post(f"{at}/confirm")
        async with door.db.transaction() as session:
            await refund_attempt(
                session, actor=organizer.actor, attempt_id=AttemptId(UUID(attempt["id"])), amount_minor=30_00, now=NOW
            )
        asked = await anna.get(at)
        begun = await boris.post(f"{at}/refunds", {"amount_cents": 30_00})
        on_its_way = await anna.get(at)
        await anna.post(f"/refunds/{begun['id']}/answer", {"received": True})
        gone = await anna.get(at)

        assert (paid["refunded_cents"], paid["refund"]) == (0, None)
        assert (asked["refunded_cents"], asked["refund"]["status"], asked["refund"]["amount_cents"]) == (
            *(30_00, "requested", 30_00),
        )
        assert (on_its_way["refund"]["id"], on_its_way["refund"]["status"]) == (begun["id"], "pending")
        assert (gone["refunded_cents"], gone["refund"]) == (30_00, None)

    async def test_says_in_words_why_it_did_not_succeed(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        await anna.ask("PATCH", "/me", {"language": "en"})
        debt = await owing(anna, boris)
        attempt = await anna.post("/commands/pay", {"intent_id": debt["id"], "rail": "manual"})
        disputed = await boris.post(f"/attempts/{attempt['id']}/dispute")
        [seen] = (await anna.get(f"/intents/{debt['id']}"))["attempts"]

        assert attempt["failure_text"] is None
        assert disputed["failure_text"] == "Деньги не пришли."
        assert (seen["failure"], seen["failure_text"]) == ("not_received", "The money did not arrive.")

    async def test_tells_the_payer_alone_what_the_bank_says_of_them(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        debt = await owing(anna, boris)
        async with door.db.transaction() as session:
            attempt = await start_attempt(
                session,
                actor=anna.actor,
                intent_id=IntentId(UUID(debt["id"])),
                provider=BANK,
                limits=NO_LIMITS,
                service_fee_basis_points=0,
                now=NOW,
            )
        refused = PaymentState(
            Outcome.CANCELED, payment_id="payment-of-anna", attempt_id=attempt.id, reason="insufficient_funds"
        )
        async with door.db.transaction() as session:
            await take_payment_state(session, provider=BANK, state=refused, now=NOW)

        told = [(await who.get(f"/attempts/{attempt.id}"))["failure_text"] for who in (anna, boris)]

        assert told == ["На карте не хватает денег.", "Платёж отменён."]


class TestPaymentsThatMayGoBack:
    async def test_are_listed_for_who_was_paid_and_for_the_organizer_until_all_went_back(self, door: Door) -> None:
        vera, boris, anna, guest = [await door.person(name) for name in ("Vera", "Boris", "Anna", "Guest")]
        identity = await opened(vera, boris, anna, guest)
        for each in (anna, guest):
            exact = {"mode": "exact", "amounts_cents": {each.id: 100_00}}
            await boris.post(
                f"/purchases/{identity}/spendings", {"title": "Taxi", "cost_cents": 100_00, "split": exact}
            )
        locked = await vera.post(f"/purchases/{identity}/lock-distribution", {"strategy": "accruals"})
        paid = []
        for each in (anna, guest):
            [debt] = [one for one in locked["intents"] if one["payer_id"] == each.id]
            paid.append(await each.post("/commands/pay", {"intent_id": debt["id"], "rail": "manual"}))
            await boris.post(f"/attempts/{paid[-1]['id']}/confirm")
        path = f"/purchases/{identity}/refundable-payments"

        seen = [await who.get(path) for who in (vera, boris, anna, guest)]
        page = await vera.get(f"{path}?limit=1&offset=1")
        asked = await vera.post(f"/attempts/{paid[0]['id']}/refunds", {})
        waiting = (await vera.get(path))["items"][0]
        await boris.post(f"/refunds/{asked['id']}/answer", {"agrees": True})
        on_its_way = (await boris.get(path))["items"][0]
        await anna.post(f"/refunds/{asked['id']}/answer", {"received": True})
        part = await boris.post(f"/attempts/{paid[1]['id']}/refunds", {"amount_cents": 30_00})
        await guest.post(f"/refunds/{part['id']}/answer", {"received": True})
        left = await vera.get(path)

        ids = [each["id"] for each in paid]
        assert [[each["id"] for each in one["items"]] for one in seen] == [ids, ids, [], []]
        first = seen[0]["items"][0]
        assert (first["payer_name"], first["payee_name"], first["rail"], first["refund"]) == (
            *("Anna", "Boris", "manual", None),
        )
        assert (first["amount_cents"], first["refunded_cents"], first["intent_id"]) == (
            *(100_00, 0, paid[0]["intent_id"]),
        )
        assert (page["total"], [each["id"] for each in page["items"]]) == (2, ids[1:])
        assert (waiting["id"], waiting["refund"]["status"], waiting["refunded_cents"]) == (ids[0], "requested", 100_00)
        assert on_its_way["refund"]["status"] == "pending"
        assert [(each["id"], each["refunded_cents"], each["refund"]) for each in left["items"]] == [
            (ids[1], 30_00, None)
        ]


class TestAnOrder:
    async def test_says_in_words_why_it_was_cancelled(self, door: Door) -> None:
        anna = await door.person("Anna")
        order = await anna.post("/orders", {"amount_cents": 1_00, "description": "Apples"})
        async with door.db.transaction() as session:
            await cancel_order(session, order_id=OrderId(UUID(order["id"])), reason="not_enough_money", now=NOW)

        cancelled = await anna.get(f"/orders/{order['id']}")

        assert (order["reason_text"], cancelled["reason"]) == (None, "not_enough_money")
        assert cancelled["reason_text"] == "В кошельке не хватает денег."
