"""Registering and signing in over HTTP: what each way is answered, and that a refusal tells nothing."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from core.clock import utc_now
from core.db import Database
from core.identity.models import User
from core.identity.sign_in_with_code import issue_sign_in_code
from tests.api.door import Door, open_door
from tests.core.identity.proofs import init_data, widget

NAME, PASSWORD = "Anna", "correct horse"
BY_PASSWORD = {"grant_type": "password", "name": NAME, "password": PASSWORD}


async def register(door: Door, body: dict[str, Any] | None = None, *, language: str = "en") -> httpx2.Response:
    body = body or {"name": NAME, "password": PASSWORD}
    return await door.http.post("/v1/auth/register", json=body, headers={"Accept-Language": language})


async def sign_in(door: Door, body: dict[str, Any]) -> httpx2.Response:
    return await door.http.post("/v1/auth/token", json=body)


async def me(door: Door, tokens: dict[str, Any]) -> httpx2.Response:
    return await door.http.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})


def by_init_data(telegram_id: int = 42, **more: Any) -> dict[str, Any]:
    proof = {"kind": "init_data", "init_data": init_data(telegram_id, at=utc_now(), **more)}
    return {"provider": "telegram", "proof": proof}


def by_widget(telegram_id: int = 42) -> dict[str, Any]:
    return {"provider": "telegram", "proof": {"kind": "login_widget", "fields": widget(telegram_id, at=utc_now())}}


def refused(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert (status == 401) == ("WWW-Authenticate" in response.headers)
    assert PASSWORD not in response.text
    return body


class TestRegistering:
    async def test_by_a_name_makes_a_person_who_is_signed_in(self, door: Door) -> None:
        answer = await register(door, language="de, ru;q=0.8")

        tokens = answer.json()
        assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/me")
        assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 900)
        assert (tokens["user"]["name"], tokens["user"]["language"]) == (NAME, "ru")
        assert answer.headers["Cache-Control"] == "no-store"
        mine = (await me(door, tokens)).json()
        assert (mine["id"], mine["login_name"], mine["identities"]) == (tokens["user"]["id"], NAME, [])

    async def test_by_a_name_that_is_taken_is_a_conflict(self, door: Door) -> None:
        await register(door)

        refused(await register(door, {"name": "ANNA", "password": "x" * 8}), 409, "NAME_TAKEN")

    async def test_by_what_is_none_is_refused_in_words(self, door: Door) -> None:
        given: list[tuple[dict[str, Any], str]] = [
            ({"name": "ab", "password": PASSWORD}, "WRONG_LOGIN_NAME"),
            ({"name": "@boris", "password": PASSWORD}, "WRONG_LOGIN_NAME"),
            ({"name": NAME, "password": "short"}, "WRONG_PASSWORD_LENGTH"),
            ({"name": NAME}, "WRONG_SHAPE"),
            ({"name": NAME, "password": PASSWORD, "is_admin": True}, "WRONG_SHAPE"),
            ({"provider": "username", "proof": {"kind": "init_data", "init_data": ""}}, "WRONG_SHAPE"),
        ]

        for body, code in given:
            refused(await register(door, body), 422, code)

    async def test_by_telegram_makes_one_person_of_one_identity(self, door: Door) -> None:
        first, second = await register(door, by_init_data()), await register(door, by_widget())

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["user"]["id"] == second.json()["user"]["id"]
        async with door.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(User)) == 1

    async def test_by_a_forged_proof_registers_nobody(self, door: Door) -> None:
        forged = by_init_data()
        forged["proof"]["init_data"] = init_data(at=utc_now(), bot_token="43:TEST")

        refused(await register(door, forged), 401, "PROOF_REFUSED")

    async def test_by_telegram_where_there_is_no_bot_is_refused(self, door: Door) -> None:
        object.__setattr__(door.ground, "bot_token", None)

        refused(await register(door, by_init_data()), 401, "PROOF_REFUSED")


class TestSigningIn:
    async def test_by_a_name_and_a_password_is_the_same_person(self, door: Door) -> None:
        known = (await register(door)).json()

        assert (await sign_in(door, BY_PASSWORD)).json()["user"] == known["user"]

    async def test_says_the_same_of_a_wrong_name_as_of_a_wrong_password(self, door: Door) -> None:
        await register(door)

        bodies = [
            refused(await sign_in(door, {**BY_PASSWORD, **wrong}), 401, "WRONG_NAME_OR_PASSWORD")
            for wrong in ({"name": "Nobody"}, {"password": "wrong horse"}, {"password": ""})
        ]

        assert len({(body["message"], str(body.get("details"))) for body in bodies}) == 1

    async def test_is_not_tried_for_ever(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.identity.guesses.AT_ONCE", 2)
        for _ in range(2):
            refused(await sign_in(door, BY_PASSWORD), 401, "WRONG_NAME_OR_PASSWORD")

        answer = await sign_in(door, BY_PASSWORD)

        refused(answer, 429, "TOO_OFTEN")
        assert 0 < int(answer.headers["Retry-After"]) <= 60

    async def test_is_limited_for_an_address(self, db: Database, tmp_path: Any) -> None:
        async with open_door(db, tmp_path, api_sign_ins_per_minute=2) as door:
            answers = [await sign_in(door, {**BY_PASSWORD, "name": f"Nobody {number}"}) for number in range(3)]

        assert [answer.status_code for answer in answers] == [401, 401, 429]

    async def test_by_an_unknown_identity_finds_nobody_and_leaves_the_proof_to_register_by(self, door: Door) -> None:
        body = by_init_data()

        refused(await sign_in(door, {"grant_type": "external_identity", **body}), 404, "EXT_IDENTITY_NOT_FOUND")

        registered = await register(door, body)
        assert registered.status_code == 201
        refused(await sign_in(door, {"grant_type": "external_identity", **body}), 401, "PROOF_REFUSED")
        again = await sign_in(door, {"grant_type": "external_identity", **by_widget()})
        assert again.json()["user"] == registered.json()["user"]

    async def test_by_a_code_from_the_chat_is_the_person_in_the_chat(self, door: Door) -> None:
        anna = await door.person("Анна")
        async with door.db.transaction() as session:
            code = await issue_sign_in_code(session, actor=anna.actor, now=utc_now())

        by_code = {"grant_type": "one_time_code", "code": f"{code[:4]}-{code[4:8]}-{code[8:].lower()}"}
        tokens = (await sign_in(door, by_code)).json()

        assert tokens["user"] == {"id": anna.id, "name": "Анна", "language": "ru"}
        refused(await sign_in(door, by_code), 401, "CODE_REFUSED")

    async def test_goes_on_by_refresh_tokens_of_which_the_newest_counts(self, door: Door) -> None:
        first = (await register(door)).json()
        by_first = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        answers = await asyncio.gather(*(sign_in(door, by_first) for _ in range(5)))
        second = answers[0].json()
        assert {answer.json()["refresh_token"] for answer in answers} == {second["refresh_token"]}
        await sign_in(door, {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]})

        refused(await sign_in(door, by_first), 401, "REFRESH_REFUSED")

        refused(await me(door, second), 401, "NOT_SIGNED_IN")

    async def test_ends_by_signing_out(self, door: Door) -> None:
        tokens = (await register(door)).json()
        signed = {"Authorization": f"Bearer {tokens['access_token']}"}

        assert (await door.http.post("/v1/auth/logout", headers=signed)).status_code == 204

        refused(await door.http.post("/v1/auth/logout", headers=signed), 401, "NOT_SIGNED_IN")
        by_refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refused(await sign_in(door, by_refresh), 401, "REFRESH_REFUSED")

    async def test_by_what_nobody_knows_is_refused(self, door: Door) -> None:
        proof: dict[str, Any] = {"kind": "login_widget", "fields": {"a": []}}
        given: list[Any] = [
            {},
            [],
            {"grant_type": "client_credentials"},
            {"grant_type": "password", "name": NAME},
            {"grant_type": "password", "name": "x" * 999, "password": PASSWORD},
            {"grant_type": "password", "name": NAME, "password": "x" * 999},
            {"grant_type": "external_identity", "provider": "telegram", "proof": proof},
        ]

        for body in given:
            refused(await door.http.post("/v1/auth/token", json=body), 422, "WRONG_SHAPE")
