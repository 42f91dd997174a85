"""Invites by HTTP: by a name of Telegram or of here, and who is waited for."""

import pytest

from tests.api.door import Door, Person
from tests.api.test_purchases import opened


async def on_the_page_alone(door: Door, name: str) -> Person:
    """Return a new person who has no Telegram."""
    who = await door.http.post("/v1/auth/register", json={"name": name, "password": "correct horse"})
    anna = await door.person("Anna")
    return Person(anna.actor, door.http, who.json()["access_token"])


class TestAnInviteByName:
    async def test_reaches_who_has_no_telegram(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await on_the_page_alone(door, "boris-of-the-page")
        identity = await opened(anna)

        invite = await anna.post(f"/purchases/{identity}/invites", {"username": "Boris-of-the-page"})

        [offered] = (await boris.get("/invites"))["items"]
        assert (offered["id"], offered["invitee_name"]) == (invite["id"], "boris-of-the-page")
        joined = await boris.post(f"/invites/{invite['id']}/accept")
        assert [each["name"] for each in joined["participants"]] == ["Anna", "boris-of-the-page"]

    @pytest.mark.parametrize(
        ("name", "status", "code"),
        [
            ("nobody-here", 404, "PERSON_NOT_FOUND"),
            ("@no-username", 422, "NOT_A_USERNAME"),
            ("", 422, "WRONG_SHAPE"),
            ("a" * 51, 422, "WRONG_SHAPE"),
        ],
    )
    async def test_of_nobody_is_refused(self, door: Door, name: str, status: int, code: str) -> None:
        anna = await door.person("Anna")

        refused = await anna.ask("POST", f"/purchases/{await opened(anna)}/invites", {"username": name})

        assert (refused.status_code, refused.json()["code"]) == (status, code)


class TestWhoIsInvited:
    async def test_is_shown_until_they_answer(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        identity = await opened(anna)
        waits = f"/purchases/{identity}/invites"
        first = await anna.post(waits, {"user_id": boris.id})
        await anna.post(waits, {"username": "@vera_k"})

        before = await anna.get(waits)
        await boris.post(f"/invites/{first['id']}/decline")
        after = await anna.get(f"{waits}?limit=1")

        assert [each["invitee_name"] for each in before["items"]] == ["@vera_k", "Boris"]
        assert [each["invitee_name"] for each in after["items"]] == ["@vera_k"]
        assert (before["total"], after["total"]) == (2, 1)
