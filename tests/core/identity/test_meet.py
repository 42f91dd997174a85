"""People and chats are registered at the first contact of any kind, and followed afterwards."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.find_person import NotAUsername, find_person
from core.identity.meet import meet
from core.identity.migrate_chat import migrate_chat
from core.identity.models import Chat, ChatMember, Identity, Reach, User
from core.identity.reachability import address_of
from core.outbox.models import OutboxRow
from core.purchases.models import Purchase
from core.purchases.queries import purchases_in_chat
from tests.builders import GROUP, NOW, person, purchase

ANNA = TelegramPerson(77, "Анна", "Каренина", "anna_k", "ru-RU")
PRIVATE = TelegramChat(77, "private", "Анна")


async def _meet(session: AsyncSession, who: TelegramPerson = ANNA, chat: TelegramChat | None = GROUP) -> Actor:
    return await meet(
        session, person=who, chat=chat, default_currency="RUB", default_time_zone="Europe/Moscow", now=NOW
    )


class TestMeet:
    async def test_registers_at_the_first_contact_and_knows_the_person_at_the_next(self, session: AsyncSession) -> None:
        first, second = await _meet(session), await _meet(session)

        assert first == second
        assert (first.name, first.language) == ("Анна Каренина", "ru")

    async def test_r32_makes_one_user_of_sixty_four_simultaneous_first_contacts(self, db: Database) -> None:
        async def contact() -> Actor:
            async with db.transaction() as session:
                return await _meet(session)

        actors = await asyncio.gather(*(contact() for _ in range(64)))

        assert len({actor.user_id for actor in actors}) == 1
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(User)) == 1

    async def test_follows_the_profile(self, session: AsyncSession) -> None:
        await _meet(session)

        actor = await _meet(session, replace(ANNA, first_name="Аня", last_name=None))

        assert actor.name == "Аня"

    async def test_strips_marks_that_turn_the_reading_direction(self, session: AsyncSession) -> None:
        actor = await _meet(session, replace(ANNA, first_name="Бо\u202eрис\n\x00", last_name=None))

        assert actor.name == "Борис"

    async def test_takes_a_private_word_as_leave_to_write(self, session: AsyncSession) -> None:
        actor = await _meet(session)
        assert (await address_of(session, actor.user_id)).reach == Reach.NOT_STARTED

        await _meet(session, chat=PRIVATE)
        await session.flush()

        assert (await address_of(session, actor.user_id)).reach == Reach.REACHABLE

    async def test_keeps_two_people_of_one_name_apart(self, session: AsyncSession) -> None:
        one, other = await person(session, "Саша"), await person(session, "Саша")

        assert one.user_id != other.user_id


class TestPlaceholder:
    async def test_is_claimed_by_the_first_contact_of_its_username(self, session: AsyncSession) -> None:
        placeholder = await find_person(session, username="@Anna_K", language="ru", time_zone="UTC", now=NOW)

        actor = await _meet(session)

        assert actor.user_id == placeholder.id
        assert actor.name == "Анна Каренина"

    async def test_is_told_about_when_somebody_known_takes_its_username(self, session: AsyncSession) -> None:
        known = await _meet(session, replace(ANNA, username=None))
        placeholder = await find_person(session, username="anna_k", language="ru", time_zone="UTC", now=NOW)

        actor = await _meet(session)
        await session.flush()

        assert actor.user_id == known.user_id
        told = await session.scalar(select(OutboxRow).where(OutboxRow.event_name == "person.placeholder_claimed"))
        assert told is not None
        assert told.payload == {"user_id": str(known.user_id), "placeholder_id": str(placeholder.id)}

    async def test_finds_people_the_bot_has_met(self, session: AsyncSession) -> None:
        actor = await _meet(session)

        found = await find_person(session, username="@ANNA_k", language="ru", time_zone="UTC", now=NOW)

        assert found.id == actor.user_id

    @pytest.mark.parametrize("username", ["", "@", "@a b", "@x'; drop table users", "аня_к", "@abc"])
    async def test_refuses_what_cannot_be_a_username(self, session: AsyncSession, username: str) -> None:
        with pytest.raises(NotAUsername):
            await find_person(session, username=username, language="ru", time_zone="UTC", now=NOW)


class TestMigrateChat:
    @pytest.mark.parametrize("early_message", [False, True])
    async def test_takes_everything_along_in_any_order_and_twice(
        self, session: AsyncSession, early_message: bool
    ) -> None:
        anna = await _meet(session)
        await purchase(session, anna)
        supergroup = TelegramChat(-100500, "supergroup", GROUP.title)
        if early_message:
            early = await _meet(session, chat=supergroup)
            await purchase(session, early, title="Уже там")

        for _ in range(2):
            await migrate_chat(session, old_telegram_id=GROUP.telegram_id, new_telegram_id=supergroup.telegram_id)

        after = await _meet(session, chat=supergroup)
        assert after.chat_id == anna.chat_id
        assert anna.chat_id is not None
        assert len(await purchases_in_chat(session, anna.chat_id)) == 1 + early_message
        assert await session.scalar(select(func.count()).select_from(Chat)) == 1
        assert await session.scalar(select(func.count()).select_from(ChatMember)) == 1
        assert await session.scalar(select(func.count()).select_from(Purchase)) == 1 + early_message
        assert await session.scalar(select(func.count()).select_from(Identity)) == 1
