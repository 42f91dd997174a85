"""A session goes on by its newest refresh token, and ends when somebody else shows an older one."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.models import PersonalToken, SessionRow
from core.identity.passwords import fingerprint
from core.identity.personal_tokens import (
    COUNT_MAX,
    TokenExpiresInThePast,
    TokenNotFound,
    TooManyTokens,
    WrongTokenName,
    create_token,
    revoke_token,
    tokens_of,
)
from core.identity.refresh_session import AGAIN_WITHIN, RefreshRefused, refresh_session
from core.identity.sessions import (
    IDLE_MAX,
    PREFIX,
    SessionNotFound,
    SignedIn,
    end_session,
    end_sessions,
    sessions_of,
    start_session,
)
from core.identity.sign_out_everywhere import sign_out_everywhere
from core.identity.still_signed_in import still_signed_in
from core.identity.tokens import LIVES
from core.identity.whose_token import NOTED_EVERY, Caller, SignInFirst, whose_token
from core.ids import SessionId, new_id, shorten
from core.secrets import Secrets
from tests.builders import NOW, person
from tests.core.identity.signing_in import caller_of

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


async def signed_in(db: Database, secrets: Secrets, client: str = "Firefox") -> SignedIn:
    async with db.transaction() as session:
        who = await person(session)
        await session.flush()
        return await start_session(session, user_id=who.user_id, client=client, secrets=secrets, now=NOW)


async def refreshed(db: Database, secrets: Secrets, token: str, *, after: timedelta) -> SignedIn:
    return await refresh_session(db, refresh_token=token, secrets=secrets, now=NOW + after)


async def who(db: Database, secrets: Secrets, token: str, *, after: timedelta = SECOND) -> Caller | None:
    return await whose_token(db, token=token, secrets=secrets, now=NOW + after)


async def session_count(db: Database) -> int:
    async with db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(SessionRow)) or 0


class TestARefreshToken:
    async def test_gets_the_next_pair(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)

        second = await refreshed(db, secrets, first.refresh_token, after=DAY)
        third = await refreshed(db, secrets, second.refresh_token, after=2 * DAY)

        assert len({each.refresh_token for each in (first, second, third)}) == 3
        caller = await who(db, secrets, third.access_token, after=2 * DAY)
        assert caller is not None
        assert caller.actor.user_id == first.user.id
        assert await session_count(db) == 1

    async def test_is_kept_as_a_hash(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)
        second = await refreshed(db, secrets, first.refresh_token, after=DAY)

        async with db.transaction() as session:
            row = (await session.scalars(select(SessionRow))).one()
        for signed in (first, second):
            secret = signed.refresh_token.split(".")[1].encode()
            assert secret not in (row.secret_hash, row.previous_hash, row.nonce)

    async def test_gives_the_same_next_one_to_who_lost_the_answer(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)

        lost = await refreshed(db, secrets, first.refresh_token, after=DAY)
        again = await refreshed(db, secrets, first.refresh_token, after=DAY + AGAIN_WITHIN)

        assert again.refresh_token == lost.refresh_token
        assert await session_count(db) == 1

    async def test_gives_one_next_one_to_all_who_ask_at_once(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)

        answers = await asyncio.gather(*(refreshed(db, secrets, first.refresh_token, after=DAY) for _ in range(20)))

        assert len({answer.refresh_token for answer in answers}) == 1
        await refreshed(db, secrets, answers[0].refresh_token, after=2 * DAY)

    async def test_that_was_used_long_ago_ends_the_session_for_both_who_have_it(
        self, db: Database, secrets: Secrets
    ) -> None:
        first = await signed_in(db, secrets)
        newest = await refreshed(db, secrets, first.refresh_token, after=DAY)

        with pytest.raises(RefreshRefused):
            await refreshed(db, secrets, first.refresh_token, after=DAY + AGAIN_WITHIN + SECOND)

        assert await session_count(db) == 0
        assert await who(db, secrets, newest.access_token, after=DAY + AGAIN_WITHIN + SECOND) is None
        with pytest.raises(RefreshRefused):
            await refreshed(db, secrets, newest.refresh_token, after=2 * DAY)

    async def test_that_two_have_ends_the_session_once_the_next_one_was_used(
        self, db: Database, secrets: Secrets
    ) -> None:
        first = await signed_in(db, secrets)
        second = await refreshed(db, secrets, first.refresh_token, after=DAY)
        await refreshed(db, secrets, second.refresh_token, after=DAY + SECOND)

        with pytest.raises(RefreshRefused):
            await refreshed(db, secrets, first.refresh_token, after=DAY + SECOND)

        assert await session_count(db) == 0

    async def test_counts_for_a_month_after_the_last(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)
        second = await refreshed(db, secrets, first.refresh_token, after=IDLE_MAX - SECOND)

        with pytest.raises(RefreshRefused):
            await refreshed(db, secrets, second.refresh_token, after=2 * IDLE_MAX)

    async def test_that_is_none_is_refused(self, db: Database, secrets: Secrets) -> None:
        await signed_in(db, secrets)
        unknown = f"{PREFIX}{shorten(new_id())}.x.y"

        for token in ("", PREFIX, f"{PREFIX}x.y.z", unknown, f"{PREFIX}{'z' * 22}.x.y", "x" * 999, "é.é.é"):
            with pytest.raises(RefreshRefused):
                await refreshed(db, secrets, token, after=SECOND)

        assert await session_count(db) == 1

    async def test_that_was_made_up_ends_nothing(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)
        known, secret, mark = first.refresh_token.split(".")

        for made_up in (f"{known}.x", f"{known}.x.y", f"{known}.x.{mark}", f"{known}.{secret[:-1]}.{mark}"):
            with pytest.raises(RefreshRefused):
                await refreshed(db, secrets, made_up, after=SECOND)

        await refreshed(db, secrets, first.refresh_token, after=SECOND)


class TestAnAccessTokenInUse:
    async def test_says_who_asks_in_one_round_trip(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)
        statements: list[str] = []
        event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

        caller = await who(db, secrets, first.access_token)

        assert caller is not None
        assert (caller.actor.user_id, caller.actor.time_zone) == (first.user.id, "Europe/Moscow")
        assert (caller.token_id, caller.expires_at) == (None, NOW + LIVES)
        assert statements == []  # the one that it takes is a transaction of its own

    async def test_counts_no_more_once_its_session_has_ended(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets)
        caller = await caller_of(db, secrets, first)
        async with db.transaction() as session:
            await end_session(session, actor=caller.actor, session_id=caller.own_session())

        assert await who(db, secrets, first.access_token) is None

    async def test_is_not_believed_of_somebody_elses_session(self, db: Database, secrets: Secrets) -> None:
        first, second = await signed_in(db, secrets), await signed_in(db, secrets)
        async with db.transaction() as session:
            await session.execute(text("UPDATE identity.sessions SET user_id = :other WHERE user_id = :one"),
                                  {"one": first.user.id, "other": second.user.id})  # fmt: skip

        assert await who(db, secrets, first.access_token) is None

    async def test_that_is_none_is_nobodys(self, db: Database, secrets: Secrets) -> None:
        await signed_in(db, secrets)

        for token in ("", "x", "sb_pat_", "sb_pat_" + "x" * 43, "a.b.c", "\x00", "sb_pat_\ud800"):
            assert await who(db, secrets, token) is None


class TestSessions:
    async def test_are_listed_with_what_the_clients_call_themselves(self, db: Database, secrets: Secrets) -> None:
        first = await signed_in(db, secrets, "Fire\u202efox\n" + "x" * 300)
        await signed_in(db, secrets)
        async with db.transaction() as session:
            for _ in range(2):
                await start_session(session, user_id=first.user.id, client="curl", secrets=secrets, now=NOW)

            found, total = await sessions_of(session, user_id=first.user.id, limit=2, now=NOW)
            rest, _ = await sessions_of(session, user_id=first.user.id, limit=2, offset=2, now=NOW)
            over, none = await sessions_of(session, user_id=first.user.id, limit=2, now=NOW + IDLE_MAX)

        assert [row.client for row in found] == ["curl", "curl"]
        assert (total, len(rest), rest[0].client[:8], len(rest[0].client)) == (3, 1, "Firefox ", 200)
        assert (over, none) == ([], 0)

    async def test_are_ended_by_their_person_alone(self, db: Database, secrets: Secrets) -> None:
        mine, theirs = await signed_in(db, secrets), await signed_in(db, secrets)
        me, they = [await caller_of(db, secrets, each) for each in (mine, theirs)]

        for session_id in (they.own_session(), SessionId(new_id())):
            with pytest.raises(SessionNotFound):
                async with db.transaction() as session:
                    await end_session(session, actor=me.actor, session_id=session_id)

        assert await who(db, secrets, theirs.access_token) is not None

    async def test_end_everywhere_but_in_one_place(self, db: Database, secrets: Secrets) -> None:
        mine, theirs = await signed_in(db, secrets), await signed_in(db, secrets)
        me = await caller_of(db, secrets, mine)
        async with db.transaction() as session:
            other = await start_session(session, user_id=mine.user.id, client="", secrets=secrets, now=NOW)
            await session.flush()
            assert await end_sessions(session, user_id=mine.user.id, but=me.own_session()) == 1

        alive = [await who(db, secrets, each.access_token) is not None for each in (mine, other, theirs)]
        assert alive == [True, False, True]

    async def test_are_told_from_those_that_ended_however_many_are_asked_for(
        self, db: Database, secrets: Secrets
    ) -> None:
        mine = (await caller_of(db, secrets, await signed_in(db, secrets))).own_session()
        asked = {mine, *(new_id() for _ in range(20_000))}

        async with db.transaction() as session:
            assert await still_signed_in(session, asked, now=NOW) == {mine}


class TestAPersonalToken:
    async def made(self, db: Database, *, lives: timedelta | None = None) -> tuple[PersonalToken, str]:
        async with db.transaction() as session:
            actor = await person(session)
            expires_at = None if lives is None else NOW + lives
            return await create_token(session, actor=actor, name=" backup ", expires_at=expires_at, now=NOW)

    async def test_says_who_asks_but_is_no_session(self, db: Database, secrets: Secrets) -> None:
        token, written = await self.made(db)

        caller = await who(db, secrets, written)

        assert caller is not None
        assert (caller.actor.user_id, caller.token_id, caller.session_id) == (token.user_id, token.id, None)
        with pytest.raises(SignInFirst):
            caller.own_session()

    async def test_is_kept_as_a_hash_and_told_from_others_by_its_beginning(self, db: Database) -> None:
        token, written = await self.made(db)

        assert token.hash == fingerprint(written)
        assert written.startswith(token.prefix)
        assert (len(written), len(token.prefix), token.name) == (50, 11, "backup")

    async def test_counts_until_it_expires(self, db: Database, secrets: Secrets) -> None:
        _, written = await self.made(db, lives=DAY)

        caller = await who(db, secrets, written, after=DAY - SECOND)

        assert caller is not None
        assert caller.expires_at == NOW + DAY
        assert await who(db, secrets, written, after=DAY) is None

    async def test_notes_when_it_was_used_now_and_then(self, db: Database, secrets: Secrets) -> None:
        token, written = await self.made(db)
        noted = []
        for after in (SECOND, NOTED_EVERY, NOTED_EVERY + SECOND):
            await who(db, secrets, written, after=after)
            async with db.transaction() as session:
                noted.append((await session.get_one(PersonalToken, token.id)).last_used_at)

        assert noted == [NOW + SECOND, NOW + SECOND, NOW + NOTED_EVERY + SECOND]

    async def test_is_revoked_by_its_person_alone(self, db: Database, secrets: Secrets) -> None:
        token, written = await self.made(db)
        caller = await who(db, secrets, written)
        assert caller is not None

        async with db.transaction() as session:
            stranger = await person(session, "Чужой")
            with pytest.raises(TokenNotFound):
                await revoke_token(session, actor=stranger, token_id=token.id)
            await revoke_token(session, actor=caller.actor, token_id=token.id)

        assert await who(db, secrets, written) is None

    async def test_has_a_name_and_an_end_to_come_and_not_endless_others(self, session: AsyncSession) -> None:
        actor = await person(session)
        for name in ("", " ", "x" * 51, " " * 999 + "x"):
            with pytest.raises(WrongTokenName):
                await create_token(session, actor=actor, name=name, expires_at=None, now=NOW)
        with pytest.raises(TokenExpiresInThePast):
            await create_token(session, actor=actor, name="x", expires_at=NOW, now=NOW)
        for _ in range(COUNT_MAX):
            await create_token(session, actor=actor, name="x", expires_at=None, now=NOW)

        with pytest.raises(TooManyTokens):
            await create_token(session, actor=actor, name="x", expires_at=None, now=NOW)

        assert len(await tokens_of(session, actor.user_id)) == COUNT_MAX

    async def test_goes_with_everything_else_when_a_person_is_signed_out_everywhere(
        self, db: Database, secrets: Secrets
    ) -> None:
        first = await signed_in(db, secrets)
        caller = await caller_of(db, secrets, first)
        async with db.transaction() as session:
            _, written = await create_token(session, actor=caller.actor, name="x", expires_at=None, now=NOW)
            await session.flush()

            assert await sign_out_everywhere(session, user_id=first.user.id) == 2
            assert await sign_out_everywhere(session, user_id=first.user.id) == 0

        for token in (first.access_token, written):
            assert await who(db, secrets, token) is None
