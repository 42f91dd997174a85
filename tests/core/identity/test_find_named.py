"""A name that somebody typed means one person, in Telegram or here, and never the other of two."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.find_person import NameOfTwo, NotAUsername, find_named
from core.identity.link_telegram import link_telegram
from core.identity.models import User
from core.identity.people import PersonNotFound, ways_in
from core.personal_data.erase_person import erase_person
from core.secrets import Secrets
from tests.builders import NOW, person
from tests.core.identity.proofs import proof
from tests.core.identity.signing_in import PASSWORD, caller_of, registered


async def found(session: AsyncSession, name: str) -> User:
    return await find_named(session, name=name, language="ru", time_zone="UTC", now=NOW)


class TestAName:
    @pytest.mark.parametrize("name", ["Анна-Мария", "анна-мария", " Анна-Мария "])
    async def test_finds_who_signs_in_by_it(self, db: Database, secrets: Secrets, name: str) -> None:
        anna = await registered(db, secrets, "Анна-Мария")

        async with db.transaction() as session:
            assert (await found(session, name)).id == anna.user.id

    async def test_finds_a_username_that_is_nobodys_name(self, session: AsyncSession) -> None:
        boris = await person(session, "Борис", username="boris")

        assert (await found(session, "Boris")).id == boris.user_id

    async def test_expects_whoever_comes_from_telegram_with_it(self, session: AsyncSession) -> None:
        expected = await found(session, "boris")

        identity = (await ways_in(session, expected.id)).identity
        assert identity is not None
        assert (identity.provider, identity.subject) == ("username", "boris")

    @pytest.mark.parametrize("name", ["boris-2", "ab", "'; drop table users", "\x00"])
    async def test_of_nobody_that_cannot_be_a_username_is_not_found(self, session: AsyncSession, name: str) -> None:
        with pytest.raises(PersonNotFound):
            await found(session, name)

    async def test_of_somebody_erased_is_nobodys(self, db: Database, secrets: Secrets) -> None:
        anna = await registered(db, secrets, "anna-2")
        async with db.transaction() as session:
            await erase_person(session, user_id=anna.user.id, now=NOW)

        async with db.transaction() as session:
            with pytest.raises(PersonNotFound):
                await found(session, "anna-2")

    async def test_of_two_is_nobodys_until_it_is_said_whose(self, db: Database, secrets: Secrets) -> None:
        await registered(db, secrets, "boris")
        async with db.transaction() as session:
            boris = await person(session, "Борис", username="Boris")

        async with db.transaction() as session:
            with pytest.raises(NameOfTwo):
                await found(session, "boris")
            assert (await found(session, "@boris")).id == boris.user_id

    async def test_of_one_person_in_both_is_theirs(self, db: Database, secrets: Secrets) -> None:
        anna = await registered(db, secrets, "anna_k")
        caller = await caller_of(db, secrets, anna)
        await link_telegram(db, caller=caller, proof=proof(username="Anna_K"), password=PASSWORD, now=NOW)

        async with db.transaction() as session:
            for name in ("anna_k", "@anna_k"):
                assert (await found(session, name)).id == anna.user.id


class TestAUsername:
    async def test_is_never_a_name_to_sign_in_by(self, db: Database, secrets: Secrets) -> None:
        squatter = await registered(db, secrets, "boris")

        async with db.transaction() as session:
            expected = await found(session, "@boris")

        assert expected.id != squatter.user.id
        assert expected.name == "@boris"

    async def test_is_written_as_telegram_does(self, session: AsyncSession) -> None:
        with pytest.raises(NotAUsername):
            await found(session, "@boris-2")
