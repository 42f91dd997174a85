"""A person adds another way to sign in, changes it or takes it away; the last one stays."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from core.db import Database
from core.errors import TooOften
from core.identity.confirm_password import WrongCurrentPassword
from core.identity.confirm_person import CodeNeeded
from core.identity.find_person import find_person
from core.identity.link_telegram import (
    IdentityNotFound,
    IdentityTaken,
    LastWayIn,
    OtherTelegramLinked,
    link_telegram,
    unlink_telegram,
)
from core.identity.meet import see_member
from core.identity.models import Identity, SessionRow, User
from core.identity.people import PersonNotFound, find_people, hold_person, ways_in
from core.identity.personal_tokens import create_token
from core.identity.register_with_password import NameTaken
from core.identity.sessions import start_session
from core.identity.set_password import NameNeeded, set_password
from core.identity.sign_in_with_code import CodeRefused, issue_sign_in_code, sign_in_with_code, use_code
from core.identity.sign_in_with_password import WrongNameOrPassword, sign_in_with_password
from core.identity.telegram_proof import Proof, ProofRefused
from core.identity.whose_token import Caller, SignInFirst, whose_token
from core.ids import TokenId, new_id
from core.outbox.models import OutboxRow
from core.personal_data.erase_person import erase_person
from core.purchases.acting_in_chat import acting_in_chat
from core.secrets import Secrets
from tests.builders import GROUP, NOW, person, purchase
from tests.core.identity.proofs import proof
from tests.core.identity.signing_in import PASSWORD, caller_of, from_telegram, registered
from tests.databases import until_waiting

ANOTHER = "battery staple"


async def choose(
    db: Database,
    caller: Caller,
    *,
    password: str = ANOTHER,
    name: str | None = None,
    current: str | None = None,
    code: str | None = None,
) -> None:
    await set_password(db, caller=caller, name=name, password=password, current_password=current, code=code, now=NOW)


async def code_for(db: Database, caller: Caller) -> str:
    """Return what the bot shows them for /link."""
    async with db.transaction() as session:
        return await issue_sign_in_code(session, actor=caller.actor, now=NOW)


async def first_password(db: Database, caller: Caller, *, name: str) -> None:
    """Let somebody from the chat choose their first password, as they do."""
    await choose(db, caller, name=name, code=await code_for(db, caller))


async def link(db: Database, caller: Caller, by: Proof, *, password: str | None = PASSWORD) -> Identity:
    return await link_telegram(db, caller=caller, proof=by, password=password, now=NOW)


async def told(db: Database, event: str) -> list[dict[str, object]]:
    """Return what has been said of this kind, in order."""
    async with db.transaction() as session:
        rows = select(OutboxRow.payload).where(OutboxRow.event_name == event).order_by(OutboxRow.id)
        return list(await session.scalars(rows))


async def script_of(db: Database, caller: Caller) -> str:
    """Return a personal token of theirs."""
    async with db.transaction() as session:
        _, written = await create_token(session, actor=caller.actor, name="x", expires_at=None, now=NOW)
        return written


async def from_chat(db: Database, secrets: Secrets) -> Caller:
    """Return somebody who is known by Telegram alone."""
    async with db.transaction() as session:
        signed_in, _ = await from_telegram(session, secrets, proof())
    return await caller_of(db, secrets, signed_in)


class TestAPassword:
    async def test_is_added_with_a_name_by_who_came_from_telegram(self, db: Database, secrets: Secrets) -> None:
        caller = await from_chat(db, secrets)
        with pytest.raises(NameNeeded):
            await choose(db, caller)

        await first_password(db, caller, name="Anna")

        signed_in = await sign_in_with_password(db, name="anna", password=ANOTHER, client="", secrets=secrets, now=NOW)
        assert signed_in.user.id == caller.actor.user_id
        assert signed_in.user.name == "Анна"  # what they sign in by is not what they are called
        assert await told(db, "person.password_set") == [{"user_id": str(caller.actor.user_id)}]

    async def test_is_added_by_who_is_in_the_chat_and_not_by_who_stole_a_session(
        self, db: Database, secrets: Secrets
    ) -> None:
        caller = await from_chat(db, secrets)
        async with db.transaction() as session:
            thief = await person(session, "Вор")
        theirs = await code_for(db, Caller(thief))

        for code in (None, "", "AAAA-AAAA-AAAA", theirs):
            with pytest.raises(CodeNeeded):
                await choose(db, caller, name="Anna", code=code)

        assert (await told(db, "person.password_set")) == []
        await first_password(db, caller, name="Anna")
        with pytest.raises(WrongCurrentPassword):
            await choose(db, caller)
        async with db.transaction() as session:
            assert await use_code(session, code=theirs, now=NOW) == thief.user_id  # it was not used up

    async def test_that_is_forgotten_is_replaced_by_a_code_from_the_chat(self, db: Database, secrets: Secrets) -> None:
        caller = await from_chat(db, secrets)
        await first_password(db, caller, name="Anna")
        code = await code_for(db, caller)

        await choose(db, caller, password="third horse", code=code)

        await sign_in_with_password(db, name="anna", password="third horse", client="", secrets=secrets, now=NOW)
        with pytest.raises(CodeNeeded):
            await choose(db, caller, code=code)
        assert len(await told(db, "person.password_set")) == 2

    async def test_is_changed_by_who_knows_it_which_ends_whatever_else_they_are_signed_in_by(
        self, db: Database, secrets: Secrets
    ) -> None:
        here = await registered(db, secrets, "Anna")
        elsewhere = await sign_in_with_password(db, name="Anna", password=PASSWORD, client="", secrets=secrets, now=NOW)
        caller = await caller_of(db, secrets, here)
        script = await script_of(db, caller)
        code = await code_for(db, caller)
        for wrong in (None, "", ANOTHER):
            with pytest.raises(WrongCurrentPassword):
                await choose(db, caller, current=wrong)

        await choose(db, caller, current=PASSWORD, name="Anna K")

        tokens = (here.access_token, elsewhere.access_token, script)
        alive = [await whose_token(db, token=each, secrets=secrets, now=NOW) is not None for each in tokens]
        assert alive == [True, False, False]
        with pytest.raises(CodeRefused):
            await sign_in_with_code(db, code=code, client="", secrets=secrets, now=NOW)
        for name, password in (("Anna", ANOTHER), ("Anna K", PASSWORD)):
            with pytest.raises(WrongNameOrPassword):
                await sign_in_with_password(db, name=name, password=password, client="", secrets=secrets, now=NOW)
        await sign_in_with_password(db, name="Anna K", password=ANOTHER, client="", secrets=secrets, now=NOW)

    async def test_is_changed_by_one_of_two_who_know_it_at_once(self, db: Database, secrets: Secrets) -> None:
        caller = await caller_of(db, secrets, await registered(db, secrets, "Anna"))
        async with db.transaction() as session:
            await hold_person(session, caller.actor.user_id)
            both = [
                asyncio.create_task(choose(db, caller, password=each, current=PASSWORD)) for each in (ANOTHER, "x" * 8)
            ]
            await until_waiting(db, 2)
        ended = await asyncio.gather(*both, return_exceptions=True)

        assert sorted(type(each).__name__ for each in ended) == ["NoneType", "WrongCurrentPassword"]

    async def test_is_not_guessed_by_who_stole_a_session(
        self, db: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.identity.guesses.AT_ONCE", 2)
        caller = await caller_of(db, secrets, await registered(db, secrets, "Anna"))

        for _ in range(2):
            with pytest.raises(WrongCurrentPassword):
                await choose(db, caller, current=ANOTHER)
        with pytest.raises(TooOften):
            await choose(db, caller, current=PASSWORD)

    async def test_does_not_take_anothers_name(self, db: Database, secrets: Secrets) -> None:
        await registered(db, secrets, "Boris")
        anna = await caller_of(db, secrets, await registered(db, secrets, "Anna"))
        vera = await from_chat(db, secrets)

        with pytest.raises(NameTaken):
            await choose(db, anna, current=PASSWORD, name="BORIS")
        with pytest.raises(NameTaken):
            await first_password(db, vera, name="boris")

    async def test_is_not_for_a_script_to_choose(self, db: Database) -> None:
        async with db.transaction() as session:
            actor = await person(session)

        with pytest.raises(SignInFirst):
            await choose(db, Caller(actor, token_id=TokenId(new_id())), name="Anna")


class TestTelegram:
    async def test_is_linked_to_who_came_by_a_password(self, db: Database, secrets: Secrets) -> None:
        caller = await caller_of(db, secrets, await registered(db, secrets, "anna"))
        anna = caller.actor
        async with db.transaction() as session:
            expected = await find_person(session, username="@anna_k", language="ru", time_zone="UTC", now=NOW)

        await link(db, caller, proof(username="anna_k"))
        for same in (proof(username="anna_k"), proof(username="anna_k", x=1)):
            again = await link(db, caller, same)

        async with db.transaction() as session:
            signed_in, is_new = await from_telegram(session, secrets, proof(username="anna_k", x=2))
            claimed = (await session.scalars(select(OutboxRow.payload).order_by(OutboxRow.id.desc()))).first()

        assert (signed_in.user.id, is_new) == (anna.user_id, False)
        assert (again.user_id, signed_in.user.name) == (anna.user_id, "Анна")
        assert claimed == {"user_id": str(anna.user_id), "placeholder_id": str(expected.id)}

    async def test_is_one_persons_alone(self, db: Database, secrets: Secrets) -> None:
        anna = await caller_of(db, secrets, await registered(db, secrets, "anna"))
        await from_chat(db, secrets)

        with pytest.raises(IdentityTaken):
            await link(db, anna, proof(x=1))
        await link(db, anna, proof(43))
        with pytest.raises(OtherTelegramLinked):
            await link(db, anna, proof(44))

    async def test_is_linked_by_who_knows_the_password_and_not_by_who_stole_a_session(
        self, db: Database, secrets: Secrets
    ) -> None:
        anna = await caller_of(db, secrets, await registered(db, secrets, "anna"))

        for wrong in (None, "", ANOTHER):
            with pytest.raises(WrongCurrentPassword):
                await link(db, anna, proof(), password=wrong)

        async with db.transaction() as session:
            assert (await session.scalars(select(Identity))).all() == []

    async def test_is_linked_once_by_each_proof(self, db: Database, secrets: Secrets) -> None:
        await from_chat(db, secrets)
        boris = await caller_of(db, secrets, await registered(db, secrets, "Борис"))

        with pytest.raises(ProofRefused):
            await link(db, boris, proof())

    async def test_is_unlinked_by_who_knows_the_password_unless_it_is_the_last_way_in(
        self, db: Database, secrets: Secrets
    ) -> None:
        caller = await from_chat(db, secrets)
        with pytest.raises(LastWayIn):
            await unlink_telegram(db, caller=caller, password="")
        await first_password(db, caller, name="anna")
        for wrong in ("", PASSWORD):
            with pytest.raises(WrongCurrentPassword):
                await unlink_telegram(db, caller=caller, password=wrong)

        await unlink_telegram(db, caller=caller, password=ANOTHER)

        with pytest.raises(IdentityNotFound):
            await unlink_telegram(db, caller=caller, password=ANOTHER)
        async with db.transaction() as session:
            assert (await session.scalars(select(Identity))).all() == []
            signed_in, is_new = await from_telegram(session, secrets, proof(x=1))
        assert is_new
        assert signed_in.user.id != caller.actor.user_id
        unlinked = {"user_id": str(caller.actor.user_id), "telegram_id": 42}
        assert await told(db, "person.telegram_unlinked") == [unlinked]

    async def test_that_is_unlinked_opens_no_chat_and_leaves_one_session(self, db: Database, secrets: Secrets) -> None:
        caller = await from_chat(db, secrets)
        await first_password(db, caller, name="anna")
        elsewhere = await sign_in_with_password(db, name="anna", password=ANOTHER, client="", secrets=secrets, now=NOW)
        script, code = await script_of(db, caller), await code_for(db, caller)
        async with db.transaction() as session:
            boris = await person(session, "Борис", chat=GROUP)
            dacha = await purchase(session, boris)
            assert boris.chat_id is not None
            user = await session.get_one(User, caller.actor.user_id)
            await see_member(session, chat_id=boris.chat_id, user=user, now=NOW)
            await session.flush()
            assert (await acting_in_chat(session, actor=caller.actor, purchase_id=dacha.id)).chat_id is not None

        await unlink_telegram(db, caller=caller, password=ANOTHER)

        async with db.transaction() as session:
            assert (await acting_in_chat(session, actor=caller.actor, purchase_id=dacha.id)).chat_id is None
            assert (await acting_in_chat(session, actor=replace(boris, chat_id=None), purchase_id=dacha.id)).chat_id
            here = select(SessionRow.id).where(SessionRow.user_id == caller.actor.user_id)
            assert (await session.scalars(here)).all() == [caller.session_id]
        for token in (elsewhere.access_token, script):
            assert await whose_token(db, token=token, secrets=secrets, now=NOW) is None
        with pytest.raises(CodeRefused):
            await sign_in_with_code(db, code=code, client="", secrets=secrets, now=NOW)


class TestWaysIn:
    async def test_are_told_apart_and_found_by_their_names(self, db: Database, secrets: Secrets) -> None:
        anna = await registered(db, secrets, "anna")
        await link(db, await caller_of(db, secrets, anna), proof())
        async with db.transaction() as session:
            boris = await person(session, "Борис", username="boris_b")
            await find_person(session, username="@vera", language="ru", time_zone="UTC", now=NOW)
            await session.flush()

            listed = [(user.name, ways.names) for user, ways in await find_people(session, limit=10)]
            assert listed == [("@vera", ["username"]), ("Борис", ["telegram"]), ("Анна", ["telegram", "password"])]
            for named, user_id in (("ANNA", anna.user.id), ("boris_", boris.user_id), ("42", anna.user.id)):
                [(user, _)] = await find_people(session, named=named, limit=10)
                assert user.id == user_id
            assert (await ways_in(session, boris.user_id)).password is None


class TestSomebodyWhoWasErased:
    async def test_has_no_way_in_and_gets_none(self, db: Database, secrets: Secrets) -> None:
        signed_in = await registered(db, secrets, "anna")
        caller = await caller_of(db, secrets, signed_in)
        async with db.transaction() as session:
            _, written = await create_token(session, actor=caller.actor, name="x", expires_at=None, now=NOW)
            await session.flush()
            await erase_person(session, user_id=caller.actor.user_id, now=NOW)

        for token in (signed_in.access_token, written):
            assert await whose_token(db, token=token, secrets=secrets, now=NOW) is None
        with pytest.raises(PersonNotFound):
            await choose(db, caller, name="anna", code="AAAA-AAAA-AAAA")
        with pytest.raises(PersonNotFound):
            await link(db, caller, proof())
        async with db.transaction() as session:
            with pytest.raises(PersonNotFound):
                await create_token(session, actor=caller.actor, name="x", expires_at=None, now=NOW)
        async with db.transaction() as session:
            # Whoever was let in at the very moment is nobody at the next request.
            late_session = await start_session(
                session, user_id=caller.actor.user_id, client="", secrets=secrets, now=NOW
            )
        assert await whose_token(db, token=late_session.access_token, secrets=secrets, now=NOW) is None
        await registered(db, secrets, "anna")

    async def test_is_not_whoever_calls_themselves_like_their_username(self, db: Database) -> None:
        async with db.transaction() as session:
            boris = await person(session, "Борис", username="boris_b")
            namesake = await person(session, "@boris_b")
            await erase_person(session, user_id=boris.user_id, now=NOW)

            assert (await session.get_one(User, namesake.user_id, populate_existing=True)).erased_at is None
