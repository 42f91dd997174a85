"""What a person sees and changes of themselves over HTTP, and what a script of theirs may not."""

from datetime import timedelta
from typing import Any

import httpx2

from api.refused_tokens import RefusedTokens
from core.clock import utc_now
from core.identity.sign_in_with_code import issue_sign_in_code
from core.ids import new_id
from tests.api.door import Door, Person
from tests.api.test_debts import owing
from tests.core.identity.proofs import init_data

TELEGRAM = "/me/identities/telegram"
UNLINK = f"{TELEGRAM}/unlink"
ERASE = "/me/erase"


async def refusal(person: Person, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = await person.ask(method, path, body)
    return answer.status_code, answer.json()["code"]


async def done(person: Person, method: str, path: str, body: Any = None) -> httpx2.Response:
    answer = await person.ask(method, path, body)
    assert answer.is_success, answer.text
    return answer


async def script_of(person: Person) -> Person:
    """Return a script that asks by a personal token of the person."""
    token = (await person.post("/tokens", {"name": "script"}))["token"]
    return Person(person.actor, person.http, token)


async def first_password(door: Door, person: Person, chosen: dict[str, Any]) -> None:
    """Let a person choose their first password, by a code that the bot shows them."""
    await done(person, "PUT", "/me/password", {**chosen, "code": await code_of(door, person)})


async def code_of(door: Door, person: Person) -> str:
    """Return what the bot shows a person for /link."""
    async with door.db.transaction() as session:
        return await issue_sign_in_code(session, actor=person.actor, now=utc_now())


def telegram(**more: Any) -> dict[str, Any]:
    proof = {"kind": "init_data", "init_data": init_data(at=utc_now(), username="anna_k", **more)}
    return {"proof": proof, "password": "correct horse"}


class TestMe:
    async def test_is_the_person_with_their_settings_and_ways_in(self, door: Door) -> None:
        mine = await (await door.person("Анна")).get("/me")

        assert (mine["name"], mine["language"], mine["time_zone"]) == ("Анна", "ru", "Europe/Moscow")
        assert (mine["quiet_from"], mine["quiet_until"], mine["remind"]) == ("22:00", "09:00", True)
        assert (mine["has_password"], mine["login_name"]) == (False, None)
        [identity] = mine["identities"]
        assert (identity["provider"], identity["username"], identity["reach"]) == ("telegram", None, "not_started")
        assert identity["created_at"].endswith("Z")

    async def test_changes_what_is_given_and_nothing_else(self, door: Door) -> None:
        anna = await door.person()
        before = await anna.get("/me")
        changes = {"language": "en", "time_zone": "Asia/Omsk", "quiet_from": "23:30", "remind_every_days": 7}

        after = (await done(anna, "PATCH", "/me", changes)).json()

        assert after == {**before, **changes}
        assert await anna.get("/me") == after
        assert (await done(anna, "PATCH", "/me", {})).json() == after
        assert (await anna.ask("GET", "/nowhere")).json()["message"].startswith("There is nothing")

    async def test_keeps_the_rules_of_the_chat(self, door: Door) -> None:
        anna = await door.person()
        before = await anna.get("/me")
        given: list[tuple[dict[str, Any], str]] = [
            ({"language": "tlh"}, "UNKNOWN_LANGUAGE"),
            ({"time_zone": "Mars/Olympus"}, "UNKNOWN_TIME_ZONE"),
            ({"quiet_from": "09:00", "quiet_until": "08:00"}, "QUIET_TOO_LONG"),
            ({"quiet_from": "25:00"}, "WRONG_SHAPE"),
            ({"quiet_until": 0}, "WRONG_SHAPE"),
            ({"remind_before_days": 31}, "WRONG_SHAPE"),
            ({"id": "42"}, "WRONG_SHAPE"),
        ]

        for change, code in given:
            assert await refusal(anna, "PATCH", "/me", {"remind": False, **change}) == (422, code)

        assert await anna.get("/me") == before

    async def test_gets_all_that_is_known_of_them_but_not_by_a_script(self, door: Door) -> None:
        anna, boris = await door.person("Анна"), await door.person("Борис")
        await anna.post("/purchases", {"title": "Чай"})
        await boris.post("/purchases", {"title": "Кофе"})

        answer = await done(anna, "GET", "/me/data")

        assert answer.headers["Content-Type"] == "application/json"
        assert (answer.json()["person_id"], [row["name"] for row in answer.json()["person"]]) == (anna.id, ["Анна"])
        assert [each["title"] for each in answer.json()["purchases"]] == ["Чай"]
        assert boris.id not in answer.text
        assert await refusal(await script_of(anna), "GET", "/me/data") == (403, "SIGN_IN_FIRST")

    async def test_asks_for_a_statement_and_watches_it(self, door: Door) -> None:
        anna = await door.person()
        purchase_id = (await anna.post("/purchases", {"title": "Чай"}))["id"]
        await anna.post(f"/purchases/{purchase_id}/report", {"format": "csv"})
        wanted = {"format": "csv", "since": "2026-06-01T12:00:00Z"}

        before = await refusal(anna, "GET", "/me/statement")
        asked = await done(anna, "POST", "/me/statement", wanted)

        assert before == (404, "REPORT_NOT_FOUND")
        assert (asked.status_code, asked.json()["status"], asked.json()["purchase_id"]) == (202, "queued", None)
        assert await anna.get(asked.headers["Location"].removeprefix("/v1")) == asked.json()
        for since in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
            told = await refusal(anna, "POST", "/me/statement", {**wanted, "since": since})
            assert told == (422, "WRONG_SHAPE")

    async def test_says_where_to_be_paid(self, door: Door) -> None:
        anna = await door.person()
        wanted = {"phone": "+7 (912) 345-67-89", "card": None, "text": "  tea  or coffee "}

        await done(anna, "PUT", "/me/requisites", wanted)

        assert await anna.get("/me/requisites") == {"phone": "+79123456789", "card": None, "text": "tea or coffee"}
        wrong = {"phone": None, "card": "1234", "text": None}
        assert await refusal(anna, "PUT", "/me/requisites", wrong) == (422, "NOT_A_CARD")
        await done(anna, "PUT", "/me/requisites", {"phone": None, "card": None, "text": None})
        assert await anna.get("/me/requisites") == {"phone": None, "card": None, "text": None}


class TestWaysIn:
    async def test_are_added_changed_and_taken_away_but_for_the_last(self, door: Door) -> None:
        anna = await door.person()
        hers = {"password": "correct horse"}
        assert await refusal(anna, "POST", UNLINK, hers) == (409, "LAST_WAY_IN")
        assert await refusal(anna, "PUT", "/me/password", hers) == (422, "NAME_NEEDED")
        assert await refusal(anna, "PUT", "/me/password", {**hers, "name": "Anna"}) == (403, "CODE_NEEDED")

        await first_password(door, anna, {**hers, "name": "Anna"})
        other = {"password": "battery staple", "current_password": "wrong horse"}
        assert await refusal(anna, "PUT", "/me/password", other) == (403, "WRONG_CURRENT_PASSWORD")
        await done(anna, "PUT", "/me/password", {**other, "current_password": "correct horse"})
        assert await refusal(anna, "POST", UNLINK, hers) == (403, "WRONG_CURRENT_PASSWORD")
        await done(anna, "POST", UNLINK, {"password": "battery staple"})
        assert await refusal(anna, "POST", UNLINK, {"password": "battery staple"}) == (404, "IDENTITY_NOT_FOUND")
        assert await refusal(anna, "PUT", TELEGRAM, telegram()) == (403, "WRONG_CURRENT_PASSWORD")
        linked = await done(anna, "PUT", TELEGRAM, {**telegram(), "password": "battery staple"})

        mine = await anna.get("/me")
        assert mine["identities"] == [linked.json()]
        assert (mine["has_password"], mine["login_name"]) == (True, "Anna")
        assert [each["username"] for each in mine["identities"]] == ["anna_k"]

    async def test_are_nobody_elses(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        for person, name in ((anna, "anna"), (boris, "boris")):
            await first_password(door, person, {"name": name, "password": "correct horse"})
            await done(person, "POST", UNLINK, {"password": "correct horse"})
        seen = telegram()
        await done(anna, "PUT", TELEGRAM, seen)

        assert await refusal(boris, "PUT", TELEGRAM, seen) == (401, "PROOF_REFUSED")
        assert await refusal(boris, "PUT", TELEGRAM, telegram(x=1)) == (409, "IDENTITY_TAKEN")
        hers = {"name": "ANNA", "password": "battery staple", "current_password": "correct horse"}
        assert await refusal(boris, "PUT", "/me/password", hers) == (409, "NAME_TAKEN")


class TestErasingOneself:
    async def test_takes_the_password_or_a_code_and_then_no_token_counts(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        await first_password(door, anna, {"name": "anna", "password": "correct horse"})
        for person, shown in ((anna, {"password": "correct horse"}), (boris, {"code": await code_of(door, boris)})):
            script = await script_of(person)

            erased = await done(person, "POST", ERASE, shown)

            assert (erased.status_code, erased.content) == (204, b"")
            for each in (person, script):
                assert await refusal(each, "GET", "/me") == (401, "NOT_SIGNED_IN")
            assert await refusal(person, "POST", ERASE, shown) == (401, "NOT_SIGNED_IN")
        signing_in = {"grant_type": "password", "name": "anna", "password": "correct horse"}
        answer = await door.http.post("/v1/auth/token", json=signing_in)
        assert answer.json()["code"] == "WRONG_NAME_OR_PASSWORD"

    async def test_is_refused_to_who_only_has_the_token(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        await first_password(door, anna, {"name": "anna", "password": "correct horse"})
        theirs = await code_of(door, boris)
        wrong: list[tuple[Person, dict[str, Any], str]] = [
            (anna, {}, "WRONG_CURRENT_PASSWORD"),
            (anna, {"password": "battery staple"}, "WRONG_CURRENT_PASSWORD"),
            (anna, {"code": theirs}, "CODE_NEEDED"),
            (boris, {}, "CODE_NEEDED"),
            (boris, {"password": "correct horse"}, "CODE_NEEDED"),
            (boris, {"code": "AAAA-AAAA-AAAA"}, "CODE_NEEDED"),
        ]

        for person, shown, code in wrong:
            assert await refusal(person, "POST", ERASE, shown) == (403, code)

        assert await refusal(anna, "POST", ERASE) == (422, "WRONG_SHAPE")
        assert (await anna.get("/me"))["name"] == "Anna"

    async def test_waits_for_what_is_open_and_says_what_that_is(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        await anna.ask("PATCH", "/me", {"language": "en"})
        debt = await owing(anna, boris)
        shown = {"code": await code_of(door, anna)}

        answer = await anna.ask("POST", ERASE, shown)
        attempt = await anna.post("/commands/pay", {"intent_id": debt["id"], "rail": "manual"})
        await boris.post(f"/attempts/{attempt['id']}/confirm")

        assert (answer.status_code, answer.json()["code"]) == (409, "STILL_IN_THE_WAY")
        assert answer.json()["details"]["debts"] == 1
        assert answer.json()["message"] == "This has to be settled first:\n• 1 open debt"
        await done(anna, "POST", ERASE, shown)  # the code had not been used up


class TestSessions:
    async def test_are_listed_and_ended(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        async with door.db.transaction() as session:
            phone = await door.signed_in(session, anna.actor)
        listed = await anna.get("/sessions?limit=1&offset=1")
        assert (listed["total"], [each["is_current"] for each in listed["items"]]) == (2, [True])
        [other] = [each for each in (await anna.get("/sessions"))["items"] if not each["is_current"]]

        assert await refusal(boris, "DELETE", f"/sessions/{other['id']}") == (404, "SESSION_NOT_FOUND")
        await done(anna, "DELETE", f"/sessions/{other['id']}")

        assert await refusal(phone, "GET", "/me") == (401, "NOT_SIGNED_IN")
        assert await refusal(anna, "DELETE", f"/sessions/{other['id']}") == (404, "SESSION_NOT_FOUND")
        assert await refusal(anna, "DELETE", "/sessions/x") == (404, "NO_SUCH_ADDRESS")


class TestPersonalTokens:
    async def test_let_a_script_ask_until_they_are_revoked(self, door: Door) -> None:
        anna, boris = await door.person("Anna"), await door.person("Boris")
        until = (utc_now() + timedelta(days=1)).isoformat()
        made = await done(anna, "POST", "/tokens", {"name": "backup", "expires_at": until})
        token = made.json()
        script = Person(anna.actor, anna.http, token.pop("token"))

        assert (made.status_code, made.headers["Location"]) == (201, "/v1/tokens")
        assert (await script.get("/me"))["id"] == anna.id
        listed = await anna.get("/tokens")
        assert (listed["total"], listed["items"][0]["last_used_at"] is not None) == (1, True)
        assert listed["items"] == [{**token, "last_used_at": listed["items"][0]["last_used_at"]}]
        assert script.token not in str(listed)
        assert await refusal(boris, "DELETE", f"/tokens/{token['id']}") == (404, "TOKEN_NOT_FOUND")
        await done(anna, "DELETE", f"/tokens/{token['id']}")
        assert await refusal(script, "GET", "/me") == (401, "NOT_SIGNED_IN")

    async def test_that_are_nobodys_are_not_looked_for_endlessly(self, door: Door) -> None:
        object.__setattr__(door.ground, "refused_tokens", RefusedTokens(per_minute=2))
        anna = await door.person()
        script = await script_of(anna)
        wrong = Person(anna.actor, anna.http, f"{script.token[:-1]}!")
        await script.get("/me")

        answers = [await wrong.ask("GET", "/me") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
        assert await refusal(script, "GET", "/me") == (429, "TOO_OFTEN")  # for the database is not asked whose it is
        await anna.get("/me")

    async def test_are_kept_by_no_idempotency_key(self, door: Door) -> None:
        anna, key = await door.person(), str(new_id())

        first, second = [await anna.ask("POST", "/tokens", {"name": "x"}, key=key) for _ in range(2)]

        assert first.json()["token"] != second.json()["token"]

    async def test_have_a_name_and_an_end_to_come(self, door: Door) -> None:
        anna = await door.person()

        for body, code in (
            ({"name": " "}, "WRONG_TOKEN_NAME"),
            ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "TOKEN_EXPIRES_IN_THE_PAST"),
            ({"name": "x", "expires_at": "2020-01-01"}, "WRONG_SHAPE"),
            ({"name": "x", "expires_at": 4_102_444_800}, "WRONG_SHAPE"),
        ):
            assert await refusal(anna, "POST", "/tokens", body) == (422, code)

    async def test_open_no_other_doors(self, door: Door) -> None:
        script = await script_of(await door.person())
        identity = new_id()

        for method, path, body in (
            ("POST", "/tokens", {"name": "another"}),
            ("DELETE", f"/tokens/{identity}", None),
            ("GET", "/sessions", None),
            ("DELETE", f"/sessions/{identity}", None),
            ("POST", "/auth/logout", None),
            ("PUT", "/me/password", {"name": "anna", "password": "correct horse"}),
            ("PUT", TELEGRAM, telegram()),
            ("POST", UNLINK, {"password": "correct horse"}),
            ("POST", ERASE, {"password": "correct horse"}),
        ):
            assert await refusal(script, method, path, body) == (403, "SIGN_IN_FIRST"), path
