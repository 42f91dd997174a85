"""What a person does in their chats without being there: choosing, opening, finding and joining."""

from typing import Any

import pytest

from core.identity.leave_chat import leave_chat
from core.notifications.card import render_card
from tests.api.door import Door, Person
from tests.builders import GROUP, OTHER_GROUP, purchase


async def chat_of(person: Person) -> dict[str, Any]:
    """Return the one chat of a person."""
    [chat] = (await person.get("/chats"))["items"]
    assert isinstance(chat, dict)
    return chat


async def gone_from(door: Door, person: Person) -> Person:
    """Let a person leave the group, and return them."""
    assert person.actor.chat_id is not None
    async with door.db.transaction() as session:
        await leave_chat(session, chat_id=person.actor.chat_id, user_id=person.actor.user_id)
    return person


class TestTheChats:
    async def test_are_those_that_the_person_is_in(self, door: Door) -> None:
        anna, far = await door.person("Anna"), await door.person(chat=None)
        gone = await gone_from(door, await door.person("Gone"))

        assert await anna.get("/chats") == {
            "items": [
                {"id": str(anna.actor.chat_id), "title": GROUP.title, "language": "ru", "currency": "RUB"},
            ],
            "limit": 20, "offset": 0, "total": 1,
        }  # fmt: skip
        assert [(await each.get("/chats"))["items"] for each in (far, gone)] == [[], []]

    async def test_speak_and_pay_as_whoever_is_in_them_chooses(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        at = f"/chats/{(await chat_of(anna))['id']}"
        async with door.db.transaction() as session:
            identity = (await purchase(session, anna.actor)).id

        english = await anna.ask("PATCH", at, {"language": "en"})
        again = await anna.ask("PATCH", at, {"language": "en"})
        georgian = await boris.ask("PATCH", at, {"currency": "GEL"})
        async with door.db.transaction() as session:
            card = await render_card(session, identity)

        assert english.json() == again.json()
        assert georgian.json() == await chat_of(anna)
        assert ((await chat_of(anna))["language"], (await chat_of(anna))["currency"]) == ("en", "GEL")
        assert "1 person takes part" in card.html
        assert (await anna.get(f"/purchases/{identity}"))["currency"] == "RUB"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"language": "eo"}, "UNKNOWN_LANGUAGE"),
            ({"currency": "ZZZ"}, "UNKNOWN_CURRENCY"),
            ({"currency": "rub"}, "WRONG_SHAPE"),
            ({"title": "Ours"}, "WRONG_SHAPE"),
        ],
    )
    async def test_take_nothing_that_nobody_knows(self, door: Door, change: dict[str, str], code: str) -> None:
        anna = await door.person("Anna")
        before = await chat_of(anna)

        refused = await anna.ask("PATCH", f"/chats/{before['id']}", {"language": "en", **change})

        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert await chat_of(anna) == before


class TestAPurchaseOfAChat:
    async def test_is_opened_from_elsewhere_as_it_is_in_the_chat(self, door: Door) -> None:
        anna, member = await door.person("Anna"), await door.person("Boris")
        chat = await chat_of(anna)
        await anna.ask("PATCH", f"/chats/{chat['id']}", {"currency": "GEL"})

        made = await anna.post("/purchases", {"title": "Barbecue", "chat_id": chat["id"]})
        other = await anna.post("/purchases", {"title": "Tent", "chat_id": chat["id"], "currency": "EUR"})
        own = await anna.post("/purchases", {"title": "Own"})

        assert (made["chat_id"], made["chat_title"], made["currency"]) == (chat["id"], GROUP.title, "GEL")
        assert (other["currency"], own["currency"], own["chat_id"]) == ("EUR", "RUB", None)
        seen = (await member.get("/purchases?joined=false"))["items"]
        assert [each["title"] for each in seen] == ["Tent", "Barbecue"]

    async def test_is_opened_once_however_often_it_is_sent(self, door: Door) -> None:
        anna, member = await door.person("Anna"), await door.person("Boris")
        wanted = {"title": "Barbecue", "chat_id": (await chat_of(anna))["id"]}

        first, second = [await anna.ask("POST", "/purchases", wanted, key="k" * 20) for _ in range(2)]

        assert first.json() == second.json()
        assert (await member.get("/purchases?joined=false"))["total"] == 1

    async def test_is_opened_by_nobody_who_is_not_in_it(self, door: Door) -> None:
        anna = await door.person("Anna")
        wanted = {"title": "Barbecue", "chat_id": (await chat_of(anna))["id"]}
        gone = await gone_from(door, await door.person("Gone"))

        for other in (gone, await door.person(chat=OTHER_GROUP), await door.person(chat=None)):
            refused = await other.ask("POST", "/purchases", wanted)
            assert (refused.status_code, refused.json()["code"]) == (404, "CHAT_NOT_FOUND")
        assert (await anna.get("/purchases?joined=false"))["items"] == []

    async def test_is_found_and_joined_by_whoever_is_in_the_chat(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        far, gone = await door.person(chat=None), await gone_from(door, await door.person("Gone"))
        chat = await chat_of(anna)
        made = await anna.post("/purchases", {"title": "Barbecue", "chat_id": chat["id"]})
        await anna.post("/purchases", {"title": "Own"})
        await anna.post(f"/purchases/{made['id']}/spendings", {"title": "Taxi", "cost_cents": 300_00})

        found = await boris.get("/purchases?joined=false&status=open")
        others = [(await each.get("/purchases?joined=false"))["items"] for each in (anna, far, gone)]
        seen = await boris.get(f"/purchases/{made['id']}")
        await boris.post(f"/purchases/{made['id']}/join")
        [joined] = (await boris.get("/purchases"))["items"]

        assert others == [[], [], []]
        [told] = found["items"]
        both = (told.keys() & seen.keys()) - {"participants"}
        assert {name: told[name] for name in both} == {name: seen[name] for name in both}
        assert (told["may_join"], told["total_cents"], told["my_net_cents"]) == (True, 300_00, 0)
        assert ((await boris.get("/purchases?joined=false"))["total"], joined["may_join"]) == (0, False)
