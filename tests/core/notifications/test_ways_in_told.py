"""Whose ways to sign in were changed is told so in Telegram: it may have been somebody else who did it."""

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.events import PasswordSet, TelegramUnlinked
from core.identity.models import Identity, Password, User
from core.ids import EventId, new_id
from core.notifications.deliver import Outgoing, claim_due
from core.outbox.event import Event
from core.personal_data.erase_person import erase_person
from tests.builders import NOW, person
from workers.reactions import notify

HERS = 4242
WORDS = {"ru": ("теперь есть пароль", "Вы отвязали"), "en": ("A password was chosen", "You have unlinked")}


async def told(session: AsyncSession, event: Event) -> Outgoing | None:
    """Return what is sent because of an event."""
    await notify.react(session, event, EventId(new_id()))
    return await claim_due(session, bot_username="bot")


async def with_password(session: AsyncSession, language: str = "ru") -> Actor:
    """Return somebody who signs in as anna."""
    anna = await person(session, "Анна")
    (await session.get_one(User, anna.user_id)).language = language
    session.add(Password(user_id=anna.user_id, name="anna", name_key="anna", hash=b"", changed_at=NOW))
    await session.flush()
    return anna


class TestWhoseWaysInWereChanged:
    @pytest.mark.parametrize("language", WORDS)
    async def test_is_told_of_a_password_where_they_are_and_of_unlinking_where_they_were(
        self, session: AsyncSession, language: str
    ) -> None:
        anna = await with_password(session, language)

        chosen = await told(session, PasswordSet(user_id=anna.user_id))
        await session.execute(delete(Identity).where(Identity.user_id == anna.user_id))
        unlinked = await told(session, TelegramUnlinked(user_id=anna.user_id, telegram_id=HERS))

        assert chosen is not None
        assert unlinked is not None
        assert chosen.telegram_chat_id not in (None, HERS)
        assert (unlinked.telegram_chat_id, unlinked.is_group) == (HERS, False)
        for outgoing, words in zip((chosen, unlinked), WORDS[language], strict=True):
            assert words in outgoing.message.html
            assert "<b>anna</b>" in outgoing.message.html

    async def test_is_told_nothing_once_they_are_forgotten(self, session: AsyncSession) -> None:
        anna = await with_password(session)
        await erase_person(session, user_id=anna.user_id, now=NOW)

        for event in (PasswordSet(user_id=anna.user_id), TelegramUnlinked(user_id=anna.user_id, telegram_id=HERS)):
            assert await told(session, event) is None
