"""A purchase from its opening to the closing of its books, by HTTP alone."""

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from core.clock import utc_now
from core.identity.models import ChatMember
from core.ids import UserId
from tests.api.door import Door, Person
from tests.builders import OTHER_GROUP, funded, purchase


async def opened(organizer: Person, *others: Person, title: str = "Barbecue") -> str:
    """Return a purchase of the organiser in which the others take part by invite."""
    identity: str = (await organizer.post("/purchases", {"title": title, "currency": "RUB"}))["id"]
    for other in others:
        invite = await organizer.post(f"/purchases/{identity}/invites", {"user_id": other.id})
        await other.post(f"/invites/{invite['id']}/accept")
    return identity


class TestAPurchase:
    async def test_is_opened_shared_locked_paid_and_closed(self, door: Door) -> None:
        anna, boris = await door.person("Anna", chat=None), await door.person("Boris", chat=OTHER_GROUP)
        identity = await opened(anna, boris)
        task = await anna.post(f"/purchases/{identity}/tasks", {"title": "Charcoal", "estimate_cents": 500_00})
        at = f"/purchases/{identity}/tasks/{task['id']}"
        assert (await boris.post(f"{at}/assign"))["assignee_id"] == boris.id
        done = await boris.post(f"{at}/done", {"cost_cents": 600_00})
        taxi = {"title": "Taxi", "cost_cents": 100_00, "split": {"mode": "exact", "amounts_cents": {boris.id: 100_00}}}
        spent = await anna.post(f"/purchases/{identity}/spendings", taxi)
        preview = await anna.get(f"/purchases/{identity}/distribution")
        how = {"strategy": "minimal", "version": preview["version"]}
        locked = await anna.post(f"/purchases/{identity}/lock-distribution", how)
        [intent] = locked["intents"]
        attempt = await anna.post("/commands/pay", {"intent_id": intent["id"], "rail": "manual"})
        confirmed = await boris.post(f"/attempts/{attempt['id']}/confirm")
        closed = await anna.post(f"/purchases/{identity}/close")

        assert (done["status"], done["cost_cents"]) == ("done", 600_00)
        assert done["payers"] == [{"user_id": boris.id, "amount_cents": 600_00}]
        assert sorted(share["amount_cents"] for share in done["shares"]) == [300_00, 300_00]
        assert spent["split"] == {"mode": "exact", "amounts_cents": {boris.id: 100_00}}
        assert preview["total_cents"] == 700_00
        assert {net["user_id"]: net["net_cents"] for net in preview["nets"]} == {anna.id: -200_00, boris.id: 200_00}
        assert locked["may"] == {
            **dict.fromkeys(("join", "leave", "change", "lock", "close"), False), "unlock": True, "report": True
        }  # fmt: skip
        assert (intent["payer_name"], intent["payee_name"], intent["left_cents"]) == ("Anna", "Boris", 200_00)
        assert (attempt["status"], confirmed["status"]) == ("pending_confirmation", "succeeded")
        assert (closed["status"], closed["my_net_cents"]) == ("closed", -200_00)
        assert closed["closed_at"].endswith("Z")

    async def test_tells_its_history_page_by_page(self, door: Door) -> None:
        anna = await door.person("Anna")
        identity = await opened(anna)
        for title in ("Salt", "Bread"):
            await anna.post(f"/purchases/{identity}/tasks", {"title": title})

        first = await anna.get(f"/purchases/{identity}/history?limit=2")
        second = await anna.get(f"/purchases/{identity}/history?limit=2&cursor={first['next']}")

        assert [entry["event"] for entry in first["items"]] == ["task.added", "task.added"]
        assert [entry["data"]["title"] for entry in first["items"]] == ["Bread", "Salt"]
        assert [entry["event"] for entry in second["items"]] == ["purchase.opened"]
        assert second["next"] is None
        assert first["items"][0]["actor_name"] == "Anna"
        assert first["items"][0]["text"] == "Anna: добавлено «Bread»"

    async def test_tells_who_paid_whom_to_those_alone_who_take_part(self, door: Door) -> None:
        anna, boris, vera = [await door.person(name) for name in ("Anna", "Boris", "Vera")]
        async with door.db.transaction() as session:
            identity = (await purchase(session, anna.actor, boris.actor)).id
        await anna.post(f"/purchases/{identity}/spendings", {"title": "Taxi", "cost_cents": 300_00})
        locked = await anna.post(f"/purchases/{identity}/lock-distribution", {"strategy": "minimal"})
        attempt = await boris.post("/commands/pay", {"intent_id": locked["intents"][0]["id"], "rail": "manual"})
        await anna.post(f"/attempts/{attempt['id']}/dispute")
        await anna.post(f"/intents/{locked['intents'][0]['id']}/write-off")

        async def events(person: Person) -> list[str]:
            return [entry["event"] for entry in (await person.get(f"/purchases/{identity}/history"))["items"]]

        assert (await events(anna))[-4:] == (await events(vera))[-4:]
        assert {"payment.claimed", "intent.written_off"} < set(await events(boris))
        assert {name.partition(".")[0] for name in await events(vera)} == {"purchase", "task"}

    async def test_is_listed_for_those_who_take_part(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        both, own = await opened(anna, boris, title="Both"), await opened(anna, title="Own")
        await anna.post(f"/purchases/{both}/spendings", {"title": "Taxi", "cost_cents": 300_00})

        mine, his = await anna.get("/purchases?status=open"), await boris.get("/purchases")
        closed = await anna.get("/purchases?status=closed")

        assert [each["id"] for each in mine["items"]] == [own, both]
        assert [(each["id"], each["participants"], each["my_net_cents"]) for each in his["items"]] == [
            (both, 2, -150_00)
        ]
        assert (mine["total"], mine["items"][1]["total_cents"], closed["items"]) == (2, 300_00, [])

    async def test_is_seen_and_joined_by_members_of_its_chat_while_they_are_there(self, door: Door) -> None:
        async with door.db.transaction() as session:
            anna = (await door.person("Anna")).actor
            of_group = await purchase(session, anna)
        member, gone = await door.person("Vera"), await door.person("Gone")
        async with door.db.transaction() as session:
            left = update(ChatMember).where(ChatMember.user_id == UserId(gone.actor.user_id))
            await session.execute(left.values(is_member=False))

        seen = await member.get(f"/purchases/{of_group.id}")
        joined = await member.post(f"/purchases/{of_group.id}/join")
        refused = await gone.ask("POST", f"/purchases/{of_group.id}/join")

        assert (seen["may"]["join"], seen["chat_title"]) == (True, "Дача")
        assert member.id in {each["user_id"] for each in joined["participants"]}
        assert (refused.status_code, refused.json()["code"]) == (404, "PURCHASE_NOT_FOUND")

    async def test_costs_the_same_number_of_statements_however_much_is_in_it(self, door: Door) -> None:
        anna = await door.person("Anna")
        identity = await opened(anna)

        async def statements() -> int:
            counted = 0

            def count(*_: object) -> None:
                nonlocal counted
                counted += 1

            event.listen(door.db.engine.sync_engine, "before_cursor_execute", count)
            try:
                await anna.get(f"/purchases/{identity}")
            finally:
                event.remove(door.db.engine.sync_engine, "before_cursor_execute", count)
            return counted

        async def fewest() -> int:
            """Count what the request asks, without what others ask of the database meanwhile."""
            return min([await statements() for _ in range(5)])

        await anna.post(f"/purchases/{identity}/spendings", {"title": "Taxi", "cost_cents": 1})
        few = await fewest()
        for other in [await door.person(f"Guest {number}") for number in range(4)]:
            invite = await anna.post(f"/purchases/{identity}/invites", {"user_id": other.id})
            await other.post(f"/invites/{invite['id']}/accept")
            await other.post(f"/purchases/{identity}/spendings", {"title": "Bread", "cost_cents": 500})
            await other.post(f"/purchases/{identity}/tasks", {"title": "Salt"})

        assert await fewest() == few <= 8


class TestPaymentsOutside:
    async def test_are_all_confirmed_at_once_by_whom_they_went_to(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        attempts = []
        for _ in range(2):
            identity = await opened(anna, boris)
            await anna.post(f"/purchases/{identity}/spendings", {"title": "Taxi", "cost_cents": 300_00})
            locked = await anna.post(f"/purchases/{identity}/lock-distribution", {"strategy": "minimal"})
            paying = {"intent_id": locked["intents"][0]["id"], "rail": "manual"}
            attempts.append((await boris.post("/commands/pay", paying))["id"])

        his = await boris.post("/commands/confirm-all")
        hers = await anna.post("/commands/confirm-all")
        again = await anna.post("/commands/confirm-all")

        assert (his["attempt_ids"], sorted(hers["attempt_ids"]), again["attempt_ids"]) == ([], sorted(attempts), [])
        assert {(await boris.get(f"/attempts/{each}"))["status"] for each in attempts} == {"succeeded"}


class TestADueDate:
    @pytest.mark.parametrize(
        ("due_at", "code"),
        [
            ("9999-12-31T23:59:59Z", "DUE_TOO_FAR"),
            ("2020-01-01T00:00:00Z", "DUE_IN_THE_PAST"),
            ("9999-12-31T23:59:59-12:00", "WRONG_SHAPE"),
            ("0001-01-01T00:00:00+05:00", "WRONG_SHAPE"),
        ],
    )
    async def test_lies_ahead_and_not_at_the_end_of_time(self, door: Door, due_at: str, code: str) -> None:
        anna = await door.person("Anna")
        identity = await opened(anna)
        for path in ("/purchases", f"/purchases/{identity}/tasks"):
            refused = await anna.ask("POST", path, {"title": "Tea", "due_at": due_at})

            assert (refused.status_code, refused.json()["code"]) == (422, code)

    async def test_may_be_years_ahead(self, door: Door) -> None:
        due_at = (utc_now() + timedelta(days=4 * 365)).isoformat()

        assert (await (await door.person()).post("/purchases", {"title": "Tea", "due_at": due_at}))["due_at"]


class TestATask:
    async def test_is_found_in_its_own_purchase_only(self, door: Door) -> None:
        anna = await door.person("Anna")
        one, other = await opened(anna), await opened(anna)
        task = await anna.post(f"/purchases/{one}/tasks", {"title": "Salt"})

        refused = await anna.ask("POST", f"/purchases/{other}/tasks/{task['id']}/assign")

        assert (refused.status_code, refused.json()["code"]) == (404, "TASK_NOT_FOUND")


class TestMoney:
    async def test_is_topped_up_ordered_and_withdrawn(self, door: Door) -> None:
        anna = await door.person("Anna")
        await anna.post("/accounts", {"currency": "RUB"})
        again = await anna.ask("POST", "/accounts", {"currency": "RUB"})
        attempt = await anna.post("/accounts/deposit", {"amount_cents": 500_00, "currency": "RUB"})
        async with door.db.transaction() as session:
            await funded(session, 300_00, actor=anna.actor)
        order = await anna.post("/orders", {"amount_cents": 100_00, "description": "Apples"})
        withdrawal = await anna.ask("POST", "/accounts/withdrawals", {"amount_cents": 50_00, "currency": "RUB"})
        await anna.ask("PUT", "/me/requisites", {"phone": "+79991234567", "card": None, "text": None})
        sent = await anna.post("/accounts/withdrawals", {"amount_cents": 50_00, "currency": "RUB"})

        assert (again.status_code, again.json()["code"]) == (409, "ACCOUNT_EXISTS")
        assert (attempt["rail"], attempt["status"], attempt["intent_id"]) == ("provider", "created", None)
        assert (order["status"], order["currency"]) == ("NEW", "RUB")
        assert [each["id"] for each in (await anna.get("/orders"))["items"]] == [order["id"]]
        assert (withdrawal.status_code, withdrawal.json()["code"]) == (409, "NO_SUCH_REQUISITE")
        assert sent["destination"] == "+79991234567"
        balance = await anna.get("/accounts/balance?currency=RUB")
        assert balance == {"currency": "RUB", "balance_cents": 250_00, "held_cents": 0}
        statement = await anna.get("/accounts/statement?currency=RUB&limit=1")
        assert (statement["items"][0]["amount_cents"], statement["next"]) == (-50_00, "2")
        assert (await anna.ask("GET", "/accounts/balance?currency=EUR")).json()["code"] == "NO_ACCOUNT"
