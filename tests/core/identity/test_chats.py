"""The chats of a person: which they are, and what whoever is in one chooses for everybody there."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.actor import Actor, TelegramChat
from core.identity.chats import ChatNotFound, chats_of, own_chat
from core.identity.leave_chat import leave_chat
from core.identity.meet import meet
from core.identity.preferences import UnknownLanguage, change_chat
from core.ids import ChatId
from core.money import UnknownCurrency
from tests.builders import GROUP, NOW, OTHER_GROUP, person
from tests.core.identity.test_meet import ANNA, PRIVATE


async def anna_in(session: AsyncSession, *chats: TelegramChat) -> Actor:
    """Return Anna, who has written in each of these chats."""
    for chat in chats:
        actor = await meet(
            session, person=ANNA, chat=chat, default_currency="RUB", default_time_zone="Europe/Moscow", now=NOW
        )
    return actor


async def titles(session: AsyncSession, actor: Actor) -> list[str]:
    found, total = await chats_of(session, actor=actor, limit=10, offset=0)
    assert total == len(found)
    return [chat.title for chat in found]


class TestTheChatsOfAPerson:
    async def test_are_the_groups_they_were_seen_in_and_no_private_one(self, session: AsyncSession) -> None:
        await person(session, "Борис", chat=OTHER_GROUP)
        anna = await anna_in(session, OTHER_GROUP, PRIVATE, GROUP)

        assert await titles(session, anna) == ["Дача", "Офис"]
        assert await titles(session, await person(session, chat=None)) == []

    async def test_are_told_page_by_page(self, session: AsyncSession) -> None:
        anna = await anna_in(session, GROUP, OTHER_GROUP)

        second, total = await chats_of(session, actor=anna, limit=1, offset=1)

        assert ([chat.title for chat in second], total) == (["Офис"], 2)

    async def test_are_theirs_until_they_leave_and_again_when_they_are_back(self, session: AsyncSession) -> None:
        anna = await anna_in(session, GROUP)
        assert anna.chat_id is not None
        await leave_chat(session, chat_id=anna.chat_id, user_id=anna.user_id)

        assert await titles(session, anna) == []
        with pytest.raises(ChatNotFound):
            await own_chat(session, actor=anna, chat_id=anna.chat_id)
        assert await titles(session, await anna_in(session, GROUP)) == ["Дача"]


async def chosen(session: AsyncSession, actor: Actor, chat_id: ChatId) -> tuple[str, str]:
    chat = await own_chat(session, actor=actor, chat_id=chat_id)
    return chat.language, chat.currency


class TestChangingAChat:
    async def test_counts_for_everybody_there_and_leaves_the_rest(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        assert anna.chat_id is not None
        before = await chosen(session, anna, anna.chat_id)
        await change_chat(session, actor=anna, chat_id=anna.chat_id, language="en")
        await change_chat(session, actor=boris, chat_id=anna.chat_id, currency="EUR")
        await change_chat(session, actor=boris, chat_id=anna.chat_id)

        assert (before, await chosen(session, anna, anna.chat_id)) == (("ru", "RUB"), ("en", "EUR"))

    async def test_is_for_nobody_who_is_not_in_it(self, session: AsyncSession) -> None:
        anna, gone = await person(session, "Анна"), await person(session, "Ушёл")
        assert anna.chat_id is not None
        await leave_chat(session, chat_id=anna.chat_id, user_id=gone.user_id)

        for other in (gone, await person(session, chat=OTHER_GROUP), await person(session, chat=None)):
            with pytest.raises(ChatNotFound):
                await change_chat(session, actor=other, chat_id=anna.chat_id, language="en", currency="nobody's")
        assert await chosen(session, anna, anna.chat_id) == ("ru", "RUB")

    @pytest.mark.parametrize(
        ("change", "refusal"), [({"language": "eo"}, UnknownLanguage), ({"currency": "ZZZ"}, UnknownCurrency)]
    )
    async def test_refuses_what_nobody_speaks_or_pays_in(
        self, session: AsyncSession, change: dict[str, str], refusal: type[Invalid]
    ) -> None:
        anna = await person(session)
        assert anna.chat_id is not None

        with pytest.raises(refusal):
            await change_chat(session, actor=anna, chat_id=anna.chat_id, **change)
