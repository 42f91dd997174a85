"""Signing in by password, by Telegram and by a code from the chat: as one person, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import DomainError, TooOften
from core.identity.find_person import find_person
from core.identity.models import Identity, Password, SignInCode, UsedProof, User
from core.identity.passwords import HASHER
from core.identity.register_with_password import NameTaken
from core.identity.sessions import SignedIn
from core.identity.sign_in_with_code import (
    ALPHABET,
    LIVES,
    LOOKALIKES,
    CodeRefused,
    issue_sign_in_code,
    sign_in_with_code,
)
from core.identity.sign_in_with_password import WrongNameOrPassword, sign_in_with_password
from core.identity.sign_in_with_telegram import ExtIdentityNotFound, sign_in_with_telegram
from core.identity.telegram_proof import ProofRefused
from core.identity.whose_token import whose_token
from core.outbox.models import OutboxRow
from core.secrets import Secrets
from tests.builders import NOW, person
from tests.core.identity.proofs import proof
from tests.core.identity.signing_in import PASSWORD, from_telegram, registered
from tests.databases import until_waiting

MINUTE = timedelta(minutes=1)
MANY = 100


async def by_password(db: Database, secrets: Secrets, name: str = "Анна", password: str = PASSWORD) -> SignedIn:
    return await sign_in_with_password(db, name=name, password=password, client="", secrets=secrets, now=NOW)


async def by_telegram(session: AsyncSession, secrets: Secrets, *, at: datetime = NOW) -> SignedIn:
    return await sign_in_with_telegram(
        session, proof=proof(at=at), client="", time_zone="UTC", secrets=secrets, now=NOW
    )


async def count(db: Database, model: type) -> int:
    async with db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def at_once(act: Callable[[], Awaitable[object]]) -> list[str]:
    """Do something a hundred times at the same moment, and return how each ended."""

    async def carry_out() -> str:
        try:
            await act()
        except DomainError as refusal:
            return type(refusal).__name__
        return "done"

    return list(await asyncio.gather(*(carry_out() for _ in range(MANY))))


class TestRegisteringByPassword:
    async def test_makes_a_person_who_is_called_so_and_is_signed_in(self, db: Database, secrets: Secrets) -> None:
        signed_in = await registered(db, secrets, " Анна ")

        caller = await whose_token(db, token=signed_in.access_token, secrets=secrets, now=NOW)
        assert caller is not None
        assert (caller.actor.name, caller.actor.language) == ("Анна", "ru")
        async with db.transaction() as session:
            assert (await session.scalars(select(OutboxRow.event_name))).all() == ["person.met"]

    async def test_is_refused_where_the_name_looks_like_anothers(self, db: Database, secrets: Secrets) -> None:
        await registered(db, secrets, "Anna")

        with pytest.raises(NameTaken):
            await registered(db, secrets, "ＡＮＮＡ")

        assert await count(db, User) == 1

    async def test_makes_one_person_of_a_hundred_who_want_one_name_at_once(
        self, db: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr("core.identity.passwords.HASHER", weak)  # a hundred real hashes take seconds

        ended = await at_once(lambda: registered(db, secrets, "Anna"))

        assert sorted(set(ended)) == ["NameTaken", "done"]
        assert ended.count("done") == 1
        assert await count(db, User) == await count(db, Password) == 1


class TestSigningInByPassword:
    async def test_finds_the_person_however_the_name_is_capitalised(self, db: Database, secrets: Secrets) -> None:
        known = await registered(db, secrets, "Анна")

        assert (await by_password(db, secrets, "АННА")).user.id == known.user.id

    async def test_says_the_same_of_a_wrong_name_and_a_wrong_password(self, db: Database, secrets: Secrets) -> None:
        await registered(db, secrets, "Анна")

        refusals = []
        for name, password in (("Анна", "wrong horse"), ("Никто", PASSWORD), ("", ""), ("\x00\ud800", "x" * 10_000),
                               ("x" * 999, PASSWORD)):  # fmt: skip
            with pytest.raises(WrongNameOrPassword) as refusal:
                await by_password(db, secrets, name, password)
            refusals.append(refusal.value.params)

        assert refusals == [{}] * 5

    async def test_is_refused_where_the_password_was_changed_while_it_was_compared(
        self, db: Database, secrets: Secrets
    ) -> None:
        await registered(db, secrets, "Анна")
        async with db.transaction() as session:
            await session.execute(update(Password).values(hash=b"another"))
            signing_in = asyncio.create_task(by_password(db, secrets))
            await until_waiting(db, 1)

        with pytest.raises(WrongNameOrPassword):
            await signing_in

    async def test_is_not_tried_for_ever_whether_there_is_the_name_or_not(
        self, db: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.identity.guesses.AT_ONCE", 2)
        await registered(db, secrets, "Анна")

        for name in ("Анна", "Никто"):
            for _ in range(2):
                with pytest.raises(WrongNameOrPassword):
                    await by_password(db, secrets, name, "wrong horse")
            with pytest.raises(TooOften) as refusal:
                await by_password(db, secrets, name.upper(), PASSWORD)
            assert 0 < refusal.value.params["seconds"] <= 60

    async def test_hashes_the_password_anew_once_the_parameters_have_changed(
        self, db: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr("core.identity.passwords.HASHER", weak)
        await registered(db, secrets, "Анна")
        monkeypatch.setattr("core.identity.passwords.HASHER", HASHER)

        await by_password(db, secrets)

        async with db.transaction() as session:
            kept = (await session.scalars(select(Password.hash))).one()
        assert not HASHER.check_needs_rehash(kept.decode())
        await by_password(db, secrets)


class TestRegisteringByTelegram:
    async def test_makes_a_person_once(self, session: AsyncSession, secrets: Secrets) -> None:
        first, is_new = await from_telegram(session, secrets, proof(username="anna_k"))
        again, is_new_again = await from_telegram(session, secrets, proof(at=NOW + MINUTE, username="anna_k"))

        assert (is_new, is_new_again) == (True, False)
        assert first.user.id == again.user.id
        assert (first.user.name, first.user.language) == ("Анна", "ru")

    async def test_makes_one_person_of_a_hundred_proofs_of_one_identity_at_once(
        self, db: Database, secrets: Secrets
    ) -> None:
        proofs = iter([proof(query_id=str(number)) for number in range(MANY)])
        made: list[tuple[SignedIn, bool]] = []

        async def register() -> None:
            async with db.transaction() as session:
                made.append(await from_telegram(session, secrets, next(proofs)))

        assert set(await at_once(register)) == {"done"}
        assert len({signed_in.user.id for signed_in, _ in made}) == 1
        assert [is_new for _, is_new in made].count(True) == 1
        assert await count(db, User) == await count(db, Identity) == 1

    async def test_is_the_person_whom_the_chat_knows(self, session: AsyncSession, secrets: Secrets) -> None:
        known = await person(session, "Борис")
        telegram_id = await session.scalar(select(Identity.subject).where(Identity.user_id == known.user_id))

        signed_in, is_new = await from_telegram(session, secrets, proof(int(telegram_id or 0), first_name="Боря"))

        assert (signed_in.user.id, signed_in.user.name, is_new) == (known.user_id, "Боря", False)

    async def test_claims_what_was_meant_for_the_username(self, session: AsyncSession, secrets: Secrets) -> None:
        expected = await find_person(session, username="@anna_k", language="ru", time_zone="UTC", now=NOW)

        signed_in, _ = await from_telegram(session, secrets, proof(username="Anna_K"))

        assert signed_in.user.id == expected.id

    async def test_speaks_what_the_client_asks_for_where_telegram_does_not_say(
        self, session: AsyncSession, secrets: Secrets
    ) -> None:
        new, _ = await from_telegram(session, secrets, proof(77, language_code=None))
        known = await person(session, "Борис")  # who speaks Russian
        telegram_id = await session.scalar(select(Identity.subject).where(Identity.user_id == known.user_id))

        same, _ = await from_telegram(session, secrets, proof(int(telegram_id or 0), language_code=None))

        assert (new.user.language, same.user.language) == ("en", "ru")


class TestSigningInByTelegram:
    async def test_finds_the_person(self, session: AsyncSession, secrets: Secrets) -> None:
        known, _ = await from_telegram(session, secrets, proof())

        assert (await by_telegram(session, secrets, at=NOW + MINUTE)).user.id == known.user.id

    async def test_registers_nobody_and_leaves_the_proof_to_register_by(self, db: Database, secrets: Secrets) -> None:
        with pytest.raises(ExtIdentityNotFound):
            async with db.transaction() as session:
                await by_telegram(session, secrets)

        assert await count(db, User) == await count(db, UsedProof) == 0
        async with db.transaction() as session:
            await from_telegram(session, secrets, proof())

    async def test_counts_once_for_each_proof(self, db: Database, secrets: Secrets) -> None:
        async with db.transaction() as session:
            await from_telegram(session, secrets, proof())

        async def sign_in() -> None:
            async with db.transaction() as session:
                await by_telegram(session, secrets, at=NOW + MINUTE)

        ended = await at_once(sign_in)

        assert (ended.count("done"), ended.count("ProofRefused")) == (1, MANY - 1)
        with pytest.raises(ProofRefused):
            async with db.transaction() as session:
                await from_telegram(session, secrets, proof())


class TestACodeFromTheChat:
    async def issue(self, db: Database, who: str = "Анна") -> tuple[str, object]:
        async with db.transaction() as session:
            actor = await person(session, who)
            return await issue_sign_in_code(session, actor=actor, now=NOW), actor.user_id

    async def use(self, db: Database, secrets: Secrets, code: str, *, after: timedelta = MINUTE) -> SignedIn:
        return await sign_in_with_code(db, code=code, client="", secrets=secrets, now=NOW + after)

    async def test_signs_the_person_in_once(self, db: Database, secrets: Secrets) -> None:
        code, user_id = await self.issue(db)

        assert (await self.use(db, secrets, code)).user.id == user_id
        with pytest.raises(CodeRefused):
            await self.use(db, secrets, code)

    async def test_is_understood_as_people_type_it(self, db: Database, secrets: Secrets) -> None:
        code, user_id = await self.issue(db)
        typed = f" {code[:4]} - {code[4:8]}-{code[8:]} ".translate(
            {latin: cyrillic for cyrillic, latin in LOOKALIKES.items()}
        )

        assert (await self.use(db, secrets, typed.lower())).user.id == user_id

    async def test_counts_for_ten_minutes(self, db: Database, secrets: Secrets) -> None:
        code, _ = await self.issue(db)

        with pytest.raises(CodeRefused):
            await self.use(db, secrets, code, after=LIVES)

    async def test_takes_the_place_of_the_one_before(self, db: Database, secrets: Secrets) -> None:
        async with db.transaction() as session:
            actor = await person(session)
            old, new = [await issue_sign_in_code(session, actor=actor, now=NOW) for _ in range(2)]

        with pytest.raises(CodeRefused):
            await self.use(db, secrets, old)
        await self.use(db, secrets, new)

    async def test_signs_in_one_of_a_hundred_who_type_it_at_once(self, db: Database, secrets: Secrets) -> None:
        code, _ = await self.issue(db)

        ended = await at_once(lambda: self.use(db, secrets, code))

        assert (ended.count("done"), ended.count("CodeRefused")) == (1, MANY - 1)

    async def test_is_taken_however_many_others_guess(self, db: Database, secrets: Secrets) -> None:
        code, user_id = await self.issue(db)
        guesses = iter(("", "AAAA-AAAA-AAAA", "\x00\ud800") * 234)

        for _ in range(7):  # a hundred each: more than everybody together was once let try in a minute
            assert set(await at_once(lambda: self.use(db, secrets, next(guesses)))) == {"CodeRefused"}

        assert (await self.use(db, secrets, code)).user.id == user_id

    async def test_is_kept_as_a_hash_and_easy_to_read(self, db: Database) -> None:
        code, _ = await self.issue(db)

        async with db.transaction() as session:
            kept = (await session.scalars(select(SignInCode))).one()
        assert code.encode() not in kept.hash
        assert len(code) == 12
        assert not set("01IOLZ58") & set(ALPHABET)
