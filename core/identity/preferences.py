"""What a person or a chat has chosen for themselves."""

from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid, NotFound
from core.identity.actor import Actor
from core.identity.models import Chat, ChatMember, User
from core.ids import ChatId
from core.money import exponent
from core.texts import LANGUAGES


class UnknownLanguage(Invalid):
    """We do not speak this language."""


class UnknownTimeZone(Invalid):
    """This is no IANA time zone."""


class ChatNotFound(NotFound):
    """There is no such chat, or the person is not in it."""


async def choose_language(session: AsyncSession, *, actor: Actor, language: str) -> None:
    """Speak `language` with the actor from now on, whatever Telegram says.

    :raises UnknownLanguage: if it is not one of ours.
    """
    _check_language(language)
    user = await session.get_one(User, actor.user_id)
    user.language, user.language_chosen = language, True


async def choose_time_zone(session: AsyncSession, *, actor: Actor, time_zone: str) -> None:
    """Show and read the actor's dates in this IANA time zone.

    :raises UnknownTimeZone: if there is none of this name.
    """
    if time_zone not in available_timezones():
        raise UnknownTimeZone(time_zone=time_zone[:40])
    user = await session.get_one(User, actor.user_id)
    user.time_zone = time_zone


async def choose_chat_language(session: AsyncSession, *, actor: Actor, chat_id: ChatId, language: str) -> None:
    """Speak `language` in the cards and messages of a chat the actor is in.

    :raises ChatNotFound: if the actor is not in it.
    """
    _check_language(language)
    chat = await _own_chat(session, actor, chat_id)
    chat.language = language


async def choose_chat_currency(session: AsyncSession, *, actor: Actor, chat_id: ChatId, currency: str) -> None:
    """Let new purchases of a chat be in `currency`; those that exist keep theirs.

    :raises ChatNotFound: if the actor is not in the chat.
    :raises UnknownCurrency: if ISO 4217 has none of this code.
    """
    exponent(currency)
    chat = await _own_chat(session, actor, chat_id)
    chat.currency = currency


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UnknownLanguage


async def _own_chat(session: AsyncSession, actor: Actor, chat_id: ChatId) -> Chat:
    membership = await session.get(ChatMember, (chat_id, actor.user_id))
    if membership is None or not membership.is_member:
        raise ChatNotFound
    return await session.get_one(Chat, chat_id)
