"""What a person does in their chats without being there."""

from typing import Any

import pytest

from core.identity.leave_chat import leave_chat
from core.notifications.card import render_card
from tests.api.door import Door, Person
from tests.builders import GROUP, purchase


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
