"""Somebody who is signed in has themselves forgotten: it takes the person, not their session, and happens once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from core.db import Database
from core.errors import TooOften
from core.identity.confirm_password import WrongCurrentPassword
from core.identity.confirm_person import CodeNeeded
from core.identity.models import Password, User
from core.identity.people import hold_person
from core.identity.sign_in_with_code import CodeRefused, sign_in_with_code, use_code
from core.identity.sign_in_with_password import WrongNameOrPassword, sign_in_with_password
from core.identity.whose_token import Caller, SignInFirst, whose_token
from core.ids import TokenId, new_id
from core.personal_data.erase_me import erase_me
from core.personal_data.erase_person import StillInTheWay, erase_person, hold_all_of
from core.secrets import Secrets
from tests.builders import NOW, funded, person
from tests.core.identity.signing_in import PASSWORD, caller_of, registered
from tests.core.identity.test_ways_in import ANOTHER, code_for, first_password, from_chat, script_of
from tests.databases import until_waiting


async def erase(db: Database, caller: Caller, *, password: str | None = None, code: str | None = None) -> None:
    await erase_me(db, caller=caller, password=password, code=code, now=NOW)


async def is_erased(db: Database, caller: Caller) -> bool:
    async with db.transaction() as session:
        return (await session.get_one(User, caller.actor.user_id)).erased_at is not None


class TestErasingOneself:
    async def test_takes_the_password_and_ends_whatever_they_are_signed_in_by(
        self, db: Database, secrets: Secrets
    ) -> None:
        signed_in = await registered(db, secrets, "anna")
        caller = await caller_of(db, secrets, signed_in)
        script = await script_of(db, caller)

        await erase(db, caller, password=PASSWORD)

        assert await is_erased(db, caller)
        for token in (signed_in.access_token, script):
            assert await whose_token(db, token=token, secrets=secrets, now=NOW) is None

    @pytest.mark.parametrize("has_password", [False, True])
    async def test_takes_a_code_from_the_chat_where_the_password_is_forgotten_or_there_is_none(
        self, db: Database, secrets: Secrets, has_password: bool
    ) -> None:
        caller = await from_chat(db, secrets)
        if has_password:
            await first_password(db, caller, name="Anna")

        await erase(db, caller, code=await code_for(db, caller))

        assert await is_erased(db, caller)

    async def test_is_not_for_who_stole_a_session(self, db: Database, secrets: Secrets) -> None:
        by_chat = await from_chat(db, secrets)
        by_password = await caller_of(db, secrets, await registered(db, secrets, "boris"))
        async with db.transaction() as session:
            thief = await person(session, "Вор")
        theirs = await code_for(db, Caller(thief))

        for password in (None, "", PASSWORD):
            with pytest.raises(CodeNeeded):
                await erase(db, by_chat, password=password)
        for password in (None, "", ANOTHER):
            with pytest.raises(WrongCurrentPassword):
                await erase(db, by_password, password=password)
        for caller in (by_chat, by_password):
            for code in ("", "AAAA-AAAA-AAAA", theirs):
                with pytest.raises(CodeNeeded):
                    await erase(db, caller, password=PASSWORD, code=code)

        assert not await is_erased(db, by_chat)
        assert not await is_erased(db, by_password)
        async with db.transaction() as session:
            assert await use_code(session, code=theirs, now=NOW) == thief.user_id  # it was not used up

    async def test_is_not_guessed(self, db: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.identity.guesses.AT_ONCE", 2)
        caller = await caller_of(db, secrets, await registered(db, secrets, "anna"))

        for _ in range(2):
            with pytest.raises(WrongCurrentPassword):
                await erase(db, caller, password=ANOTHER)
        with pytest.raises(TooOften):
            await erase(db, caller, password=PASSWORD)

    async def test_is_not_for_a_script(self, db: Database, secrets: Secrets) -> None:
        caller = await caller_of(db, secrets, await registered(db, secrets, "anna"))

        with pytest.raises(SignInFirst):
            await erase(db, Caller(caller.actor, token_id=TokenId(new_id())), password=PASSWORD)

    async def test_waits_for_what_is_open_and_leaves_the_code(self, db: Database, secrets: Secrets) -> None:
        caller = await from_chat(db, secrets)
        async with db.transaction() as session:
            await funded(session, 1_00, actor=caller.actor)
        code = await code_for(db, caller)

        for _ in range(2):
            with pytest.raises(StillInTheWay):
                await erase(db, caller, code=code)

        async with db.transaction() as session:
            assert await use_code(session, code=code, now=NOW) == caller.actor.user_id

    async def test_from_two_places_at_once_is_once(self, db: Database, secrets: Secrets) -> None:
        caller = await from_chat(db, secrets)
        code = await code_for(db, caller)
        async with db.transaction() as session:
            await erase_person(session, user_id=caller.actor.user_id, now=NOW)  # as the chat does
            here = asyncio.create_task(erase(db, caller, code=code))
            await until_waiting(db, 1)

        await here

    async def test_is_not_for_who_knew_the_password_until_just_now(self, db: Database, secrets: Secrets) -> None:
        caller = await caller_of(db, secrets, await registered(db, secrets, "anna"))
        async with db.transaction() as session:
            await hold_person(session, caller.actor.user_id)
            here = asyncio.create_task(erase(db, caller, password=PASSWORD))
            await until_waiting(db, 1)
            await session.execute(update(Password).values(hash=b"of another password"))

        with pytest.raises(WrongCurrentPassword):
            await here
        assert not await is_erased(db, caller)

    async def test_does_not_stand_in_the_way_of_who_signs_in_at_that_moment(
        self, db: Database, secrets: Secrets
    ) -> None:
        caller = await from_chat(db, secrets)
        await first_password(db, caller, name="Anna")
        code = await code_for(db, caller)
        more: dict[str, Any] = {"client": "test", "secrets": secrets, "now": NOW}
        async with db.transaction() as session:
            await hold_all_of(session, caller.actor.user_id)
            by_code = asyncio.create_task(sign_in_with_code(db, code=code, **more))
            by_password = asyncio.create_task(sign_in_with_password(db, name="Anna", password=ANOTHER, **more))
            await until_waiting(db, 2)
            await erase_person(session, user_id=caller.actor.user_id, now=NOW)

        with pytest.raises(CodeRefused):
            await by_code
        with pytest.raises(WrongNameOrPassword):
            await by_password
