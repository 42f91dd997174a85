"""A creating request that comes twice, late, at once, or changed."""

import asyncio

from sqlalchemy import func, select, text

from core.ids import new_id
from core.purchases.models import Purchase
from tests.api.door import Door
from tests.builders import purchase

TEA = {"title": "Tea", "currency": "RUB"}


async def _purchases(door: Door) -> int:
    async with door.db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Purchase)) or 0


class TestARepeat:
    async def test_gets_the_same_answer_and_has_no_effect(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())

        first = await anna.ask("POST", "/purchases", TEA, key=key)
        again = await anna.ask("POST", "/purchases", dict(reversed(TEA.items())), key=key)

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again.headers["Location"] == first.headers["Location"] == f"/v1/purchases/{first.json()['id']}"
        assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
        assert await _purchases(door) == 1

    async def test_of_a_refusal_is_refused_alike_although_it_would_go_now(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        order = {"amount_cents": 1_00, "currency": "RUB", "description": " "}

        first = await anna.ask("POST", "/orders", order, key=key)
        again = await anna.ask("POST", "/orders", order, key=key)

        assert (first.status_code, again.status_code) == (422, 422)
        assert again.content == first.content
        assert "Location" not in again.headers

    async def test_with_another_body_is_refused(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        await anna.ask("POST", "/purchases", TEA, key=key)

        other = await anna.ask("POST", "/purchases", {**TEA, "title": "Coffee"}, key=key)

        assert (other.status_code, other.json()["code"]) == (422, "SAME_KEY_OTHER_REQUEST")

    async def test_by_somebody_else_or_elsewhere_is_none(self, door: Door) -> None:
        anna, boris, key = await door.person("Anna"), await door.person("Boris"), str(new_id())
        hers = await anna.ask("POST", "/purchases", TEA, key=key)
        his = await boris.ask("POST", "/purchases", TEA, key=key)
        account = await anna.ask("POST", "/accounts", {"currency": "RUB"}, key=key)

        assert hers.json()["id"] != his.json()["id"]
        assert account.status_code == 201

    async def test_by_the_other_name_of_the_header_is_one(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        headers = {"Authorization": f"Bearer {anna.token}"}
        for name in ("Idempotence-Key", "Idempotency-Key"):
            await door.http.post("/v1/purchases", json=TEA, headers={**headers, name: key})

        assert await _purchases(door) == 1

    async def test_of_what_was_not_allowed_is_asked_anew(self, door: Door) -> None:
        anna, boris, key = await door.person("Anna"), await door.person("Boris"), str(new_id())
        async with door.db.transaction() as session:
            of_group = await purchase(session, anna.actor)
        path, bread = f"/purchases/{of_group.id}/spendings", {"title": "Bread", "cost_cents": 500}

        for _ in range(2):
            answer = await boris.ask("POST", path, bread, key=key)
            assert (answer.status_code, answer.headers.get("Idempotency-Replayed")) == (403, None)
        await boris.post(f"/purchases/{of_group.id}/join")

        assert (await boris.ask("POST", path, bread, key=key)).status_code == 201

    async def test_of_a_misshapen_request_may_be_put_right(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        wrong = await anna.ask("POST", "/purchases", {"title": 1}, key=key)

        assert (wrong.status_code, (await anna.ask("POST", "/purchases", TEA, key=key)).status_code) == (422, 201)

    async def test_after_a_crash_between_effect_and_answer_starts_anew(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())
        async with door.db.transaction() as session:
            await session.execute(text("ALTER TABLE messaging.idempotency RENAME TO gone"))
        broken = await anna.ask("POST", "/purchases", TEA, key=key)
        async with door.db.transaction() as session:
            await session.execute(text("ALTER TABLE messaging.gone RENAME TO idempotency"))

        assert (broken.status_code, await _purchases(door)) == (503, 0)
        assert (await anna.ask("POST", "/purchases", TEA, key=key)).status_code == 201
        assert await _purchases(door) == 1


class TestAtOnce:
    async def test_twenty_of_one_key_have_one_effect(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())

        answers = await asyncio.gather(*(anna.ask("POST", "/purchases", TEA, key=key) for _ in range(20)))

        told = {(answer.status_code, answer.json().get("code")) for answer in answers}
        assert (201, None) in told
        assert told <= {(201, None), (409, "SAME_KEY_STILL_RUNNING")}
        assert all(answer.headers["Retry-After"] == "1" for answer in answers if answer.status_code == 409)
        assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
        assert await _purchases(door) == 1


class TestAKey:
    async def test_is_needed_by_what_creates_something(self, door: Door) -> None:
        anna = await door.person()
        headers = {"Authorization": f"Bearer {anna.token}"}
        told = [
            (await door.http.post("/v1/purchases", json=TEA, headers={**headers, **given})).json()["code"]
            for given in ({}, {"Idempotence-Key": "short"}, {"Idempotence-Key": "a" * 16, "Idempotency-Key": "b" * 16})
        ]

        assert told == ["NO_IDEMPOTENCY_KEY", "WRONG_IDEMPOTENCY_KEY", "TWO_IDEMPOTENCY_KEYS"]
        assert await _purchases(door) == 0
