"""Write to Telegram, and tell what came of it in words that do not depend on its library."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from core.clock import utc_now
from core.identity.models import Reach
from core.notifications.budget import PRIVATE_PER_MINUTE
from core.notifications.message import Document, Message
from core.notifications.page_link import PageLink
from core.notifications.seal import Sealer
from core.telemetry.measures import PAUSE_SECONDS, PAUSES

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import Message as TelegramMessage

# Two of them fit into any lease: who waits longer would send what another worker has taken over.
ANSWER_SECONDS = 7

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The message to be edited is no longer there."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person or chat cannot be written to."""

    reach: Reach


@dataclass(frozen=True, slots=True)
class TooMany:
    """Telegram asks for a pause."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has a new id."""

    telegram_chat_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this: a bug of ours."""

    error: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it arrived; it may be sent again."""

    error: str


Outcome = Sent | Gone | Unreachable | TooMany | Migrated | Refused | Unknown


def word(outcome: Outcome) -> str:
    """Return what an outcome is counted as."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(outcome).__name__).lower()


def count_pause(sending: str, outcome: Outcome) -> None:
    """Count the pause that Telegram asked for, if it did."""
    if isinstance(outcome, TooMany):
        PAUSES.labels(sending).inc()
        PAUSE_SECONDS.labels(sending).inc(outcome.retry_after.total_seconds())


class Telegram:
    """The bot's account at Telegram."""

    def __init__(
        self,
        bot: "Bot",
        *,
        username: str,
        sealer: Sealer,
        group_messages_per_minute: int,
        page_url: str | None = None,
    ) -> None:
        self.bot = bot
        self.sealer = sealer
        self.username = username
        self.group_messages_per_minute = group_messages_per_minute
        self.page = None if page_url is None else PageLink(page_url, username)

    def messages_per_minute(self, *, is_group: bool) -> int:
        """Return how often Telegram lets a chat of this kind be written to."""
        return self.group_messages_per_minute if is_group else PRIVATE_PER_MINUTE

    async def send(self, chat_id: int, message: Message, *, thread_id: int | None = None) -> Outcome:
        """Send a message, with its photo or file if it has one; without a photo that Telegram does not take."""
        common: dict[str, Any] = {
            "reply_markup": self._markup(chat_id, message),
            "message_thread_id": thread_id,
            "request_timeout": ANSWER_SECONDS,
        }
        try:
            sent: TelegramMessage
            if message.photo:
                sent = await self.bot.send_photo(chat_id, _photo(message), caption=message.html, **common)
            elif message.document:
                file = _file(message.document)
                sent = await self.bot.send_document(chat_id, file, caption=message.html, **common)
            else:
                sent = await self.bot.send_message(chat_id, message.html, **common)
        except Exception as failure:  # noqa: BLE001 -- classified, and raised again if it is none of Telegram's
            outcome = outcome_of(failure)
            if isinstance(outcome, Refused) and message.photo:
                return await self.send(chat_id, _without_photo(message, outcome), thread_id=thread_id)
            return outcome
        return Sent(sent.message_id)

    async def edit(self, chat_id: int, message_id: int, message: Message) -> Outcome:
        """Put a message in the place of an earlier one; where nothing changed, that is fine.

        A text may become a photo or a file; not the other way round.
        """
        place: dict[str, Any] = {
            "chat_id": chat_id,
            "message_id": message_id,
            "reply_markup": self._markup(chat_id, message),
            "request_timeout": ANSWER_SECONDS,
        }
        try:
            if message.photo or message.document:
                await self.bot.edit_message_media(_media(message), **place)
            else:
                await self.bot.edit_message_text(message.html, **place)
        except Exception as failure:  # noqa: BLE001 -- as above
            if "message is not modified" in str(failure):
                return Sent(message_id)
            outcome = outcome_of(failure)
            if isinstance(outcome, Refused) and message.photo:
                return await self.edit(chat_id, message_id, _without_photo(message, outcome))
            return outcome
        return Sent(message_id)

    def _markup(self, chat_id: int, message: Message) -> Any:
        from aiogram.types import InlineKeyboardMarkup

        # What moves money is sent to people in private only, where the chat has the id of the person.
        seal = partial(self.sealer.seal, person_id=chat_id, chat_id=chat_id, now=utc_now()) if chat_id > 0 else None
        keyboard = message.keyboard(seal)
        return None if keyboard is None else InlineKeyboardMarkup.model_validate(keyboard)


@contextlib.asynccontextmanager
async def connected(
    token: str, api_url: str, *, sealer: Sealer, group_messages_per_minute: int, page_url: str | None = None
) -> AsyncIterator[Telegram]:
    """Yield the account of the bot with this token, at the Bot API server at `api_url`; cards link to `page_url`."""
    from aiogram import Bot
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.methods import EditMessageText, GetMe, Response, SendMessage, SendPhoto
    from aiogram.types import LinkPreviewOptions

    defaults = DefaultBotProperties(parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True))
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    # Held, or pydantic drops these models at each round of garbage collection; building one costs more than a call.
    _held = [Response[one.__returning__] for one in (GetMe, SendMessage, SendPhoto, EditMessageText)]  # type: ignore[name-defined]
    async with Bot(token, session=session, default=defaults) as bot:
        me = await bot.me()
        yield Telegram(
            bot,
            username=me.username or "",
            sealer=sealer,
            group_messages_per_minute=group_messages_per_minute,
            page_url=page_url,
        )


def outcome_of(failure: Exception) -> Outcome:  # noqa: PLR0911 -- one line for each thing Telegram may mean
    """Return what a failure of the Bot API means.

    :raises Exception: the failure itself, if it is none of the Bot API's.
    """
    from aiogram import exceptions

    text = str(failure)
    if isinstance(failure, exceptions.TelegramRetryAfter):
        return TooMany(timedelta(seconds=failure.retry_after))
    if isinstance(failure, exceptions.TelegramMigrateToChat):
        return Migrated(failure.migrate_to_chat_id)
    if isinstance(failure, exceptions.TelegramForbiddenError):
        return Unreachable(_reach(text))
    if isinstance(failure, exceptions.TelegramBadRequest):
        if "to edit not found" in text or "can't be edited" in text:
            return Gone()
        if "chat not found" in text:
            return Unreachable(Reach.NOT_STARTED)
        return Refused(text)
    if isinstance(failure, exceptions.TelegramAPIError | exceptions.ClientDecodeError):
        # A gateway on the way answers with a page of its own, whatever became of the message behind it.
        return Unknown(text)
    raise failure


def _reach(text: str) -> Reach:
    if "initiate conversation" in text:
        return Reach.NOT_STARTED
    if "deactivated" in text:
        return Reach.DEACTIVATED
    return Reach.BLOCKED


def _without_photo(message: Message, refusal: Refused) -> Message:
    """Return what a message says, which must arrive whatever somebody gave as a photo."""
    log.warning("telegram-refused-a-photo", error=refusal.error)
    return replace(message, photo=None)


def _photo(message: Message) -> Any:
    from aiogram.types import BufferedInputFile

    assert message.photo is not None
    return message.photo if isinstance(message.photo, str) else BufferedInputFile(message.photo, message.photo_name)


def _file(document: Document) -> Any:
    from aiogram.types import BufferedInputFile

    return BufferedInputFile(document.content, document.name)


def _media(message: Message) -> Any:
    from aiogram.types import InputMediaDocument, InputMediaPhoto

    if message.document:
        return InputMediaDocument(media=_file(message.document), caption=message.html)
    return InputMediaPhoto(media=_photo(message), caption=message.html)
