"""What the bot answers to one update: collected while its transaction runs, sent after the commit."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    EphemeralMessageParameters,
    ForceReply,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
    Update,
)
from aiogram.types import Message as TelegramMessage

from core.clock import utc_now
from core.notifications.message import Button, Message
from core.notifications.seal import NotSealed, Sealer
from core.texts import say, say_plain

TOAST_LENGTH_MAX = 200
WAIT_SECONDS_MAX = 30

log = structlog.get_logger()
Step = Callable[[Bot], Awaitable[object]]


class Replies:
    """The answers to one update. What a person must not miss is a notification; these are the conversation."""

    def __init__(self, update: Update, *, sealer: Sealer, bot_username: str, language: str) -> None:
        self.sealer = sealer
        self.query: CallbackQuery | None = update.callback_query
        message = self.query.message if self.query else update.message
        self.message: Any = message  # may be an InaccessibleMessage, which knows its chat and id only
        self.chat_id: int | None = message.chat.id if message else None
        self.in_group = message is not None and message.chat.type != "private"
        sender = getattr(update.event, "from_user", None)
        self.user_id: int | None = sender.id if sender else None
        self.bot_username = bot_username
        self.language = language
        self.answered = False
        self.group_messages = 0  # sent so far; they count against the group's budget
        self._steps: list[Step] = []

    def open_seal(self, data: str) -> tuple[str, str]:
        """Return what a sealed button says, and its seal.

        :raises NotSealed: if it was not sealed for this person in this chat.
        """
        if self.user_id is None or self.chat_id is None:
            raise NotSealed
        return self.sealer.open(data, person_id=self.user_id, chat_id=self.chat_id, now=utc_now())

    def answer_pre_checkout(self, query_id: str, *, refusal: str | None = None) -> None:
        """Tell Telegram whether an invoice may be paid now; it waits ten seconds for that."""
        self._steps.append(
            lambda bot: bot.answer_pre_checkout_query(query_id, ok=refusal is None, error_message=refusal)
        )

    def forget(self) -> None:
        """Take back what was to be answered, because the transaction took back what it was about."""
        self._steps.clear()
        self.answered = False

    def toast(self, text: str, *, alert: bool = False) -> None:
        """Answer a tap with a short notice, or a typed message with a reply."""
        if self.query is None:
            self.say(Message(html.escape(text)), reply=True)
            return
        self.answered = True
        self._steps.append(lambda bot: self._answer(bot, text=text[:TOAST_LENGTH_MAX], alert=alert))

    def say(self, message: Message, *, reply: bool = False, ask: bool = False) -> None:
        """Send a message to the chat for everybody; `ask` opens the person's input for the reply."""
        self._steps.append(lambda bot: self._send(bot, message, reply=reply, ask=ask))

    def say_privately(self, message: Message, *, start: str) -> None:
        """Show a message to the person only; `start` is the deep link payload that shows the same in private.

        In a group: an ephemeral message, else an alert, else a direct message, else a link to the private chat.
        """
        if self.in_group:
            self._steps.append(lambda bot: self._whisper(bot, message, start))
        else:
            self.show(message)

    def show(self, message: Message) -> None:
        """Put a message in the place of the one that was tapped, or send it where nothing was."""
        if self.query is None:
            self.say(message)
        else:
            self._steps.append(lambda bot: self._replace(bot, message))

    def open_private_chat(self, start: str) -> None:
        """Answer a tap by opening the private chat with the bot at a deep link."""
        self.answered = True
        self._steps.append(lambda bot: self._answer(bot, url=self.deep_link(start)))

    def send_file(self, content: bytes, *, name: str, caption: str) -> None:
        """Send a file to the chat; `caption` is Telegram HTML."""
        assert self.chat_id is not None
        chat_id, file = self.chat_id, BufferedInputFile(content, name)
        self._steps.append(lambda bot: bot.send_document(chat_id, file, caption=caption))

    def react(self, emoji: Literal["👌", "👍", "✍"]) -> None:
        """Set a reaction to the person's message: the quietest way to say "done" in a group."""
        self._steps.append(lambda bot: self._react(bot, emoji))

    def deep_link(self, payload: str) -> str:
        """Return the link that opens the private chat with the bot and sends /start with the payload."""
        return f"https://t.me/{self.bot_username}?start={payload}"

    async def send(self, bot: Bot) -> None:
        """Send everything in order; what fails is logged, because the rows are committed already."""
        for step in self._steps:
            try:
                await _patiently(step, bot)
            except TelegramAPIError as failure:
                log.warning("reply-failed", chat_id=self.chat_id, error=str(failure))
        if self.query is not None and not self.answered:
            await _ignore(bot.answer_callback_query(self.query.id))

    async def _answer(self, bot: Bot, *, text: str | None = None, alert: bool = False, url: str | None = None) -> None:
        assert self.query is not None
        self.answered = True
        await bot.answer_callback_query(self.query.id, text=text, show_alert=alert, url=url)

    async def _send(self, bot: Bot, message: Message, *, reply: bool = False, ask: bool = False) -> None:
        assert self.chat_id is not None
        self.group_messages += self.in_group
        markup: Any = ForceReply(selective=True) if ask else self._markup(message)
        # In private it is plain what is answered; in a group a quote tells whom the bot speaks to.
        parameters = self._reply_parameters() if self.in_group and (reply or ask) else None
        thread_id = getattr(self.message, "message_thread_id", None) if self.in_group else None
        common: dict[str, Any] = {
            "reply_markup": markup,
            "reply_parameters": parameters,
            "message_thread_id": thread_id,
        }
        if message.photo:
            try:
                await bot.send_photo(self.chat_id, photo_of(message), caption=message.html, **common)
            except TelegramBadRequest as failure:  # a photo that Telegram does not take, or has no more
                log.warning("telegram-refused-a-photo", error=str(failure))
            else:
                return
        await bot.send_message(self.chat_id, message.html, **common)

    def _reply_parameters(self) -> ReplyParameters | None:
        if self.query is not None or not isinstance(self.message, TelegramMessage) or not self.message.message_id:
            return None
        return ReplyParameters(message_id=self.message.message_id, allow_sending_without_reply=True)

    async def _replace(self, bot: Bot, message: Message) -> None:
        ephemeral_id = getattr(self.message, "ephemeral_message_id", None)
        assert self.chat_id is not None
        self.group_messages += self.in_group
        try:
            if ephemeral_id is not None and self.user_id is not None:
                await bot.edit_ephemeral_message_text(
                    chat_id=self.chat_id,
                    receiver_user_id=self.user_id,
                    ephemeral_message_id=ephemeral_id,
                    text=message.html,
                    reply_markup=self._markup(message),
                )
            elif isinstance(self.message, TelegramMessage) and self.message.text is not None and not message.photo:
                await bot.edit_message_text(
                    message.html,
                    chat_id=self.chat_id,
                    message_id=self.message.message_id,
                    reply_markup=self._markup(message),
                )
            elif isinstance(self.message, TelegramMessage) and self.message.photo and not message.photo:
                await bot.edit_message_caption(
                    chat_id=self.chat_id,
                    message_id=self.message.message_id,
                    caption=message.html,
                    reply_markup=self._markup(message),
                )
            else:
                await self._send(bot, message)
        except TelegramRetryAfter:
            raise
        except TelegramAPIError as failure:
            if "not modified" in str(failure):
                return
            if ephemeral_id is None:
                await self._send(bot, message)
            else:
                await self._say_in_private(bot, message)  # what one person saw must never come before the group

    async def _say_in_private(self, bot: Bot, message: Message) -> None:
        assert self.user_id is not None
        try:
            await bot.send_message(self.user_id, message.html, reply_markup=self._markup(message, self.user_id))
        except TelegramForbiddenError:
            await self._point_to_private_chat(bot, "debts")

    async def _whisper(self, bot: Bot, message: Message, start: str) -> None:
        if getattr(self.message, "ephemeral_message_id", None) is not None and self.query is not None:
            await self._replace(bot, message)
            return
        if await self._sent_ephemerally(bot, message):
            return
        if self.query is not None and len(text := to_plain(message.html)) <= TOAST_LENGTH_MAX and not message.rows:
            await self._answer(bot, text=text, alert=True)
            return
        try:
            assert self.user_id is not None
            await bot.send_message(self.user_id, message.html, reply_markup=self._markup(message, self.user_id))
        except TelegramForbiddenError:
            await self._point_to_private_chat(bot, start)
        else:
            if self.query is not None:
                await self._answer(bot, text=say_plain(self.language, "answer-is-in-private"))
            else:
                await self._react(bot, "👌")

    def _markup(self, message: Message, chat_id: int | None = None) -> InlineKeyboardMarkup | None:
        keyboard = message.keyboard(partial(self._seal, chat_id=chat_id or self.chat_id))
        return None if keyboard is None else InlineKeyboardMarkup.model_validate(keyboard)

    def _seal(self, data: str, *, chat_id: int | None) -> str:
        assert chat_id is not None
        assert self.user_id is not None
        return self.sealer.seal(data, person_id=self.user_id, chat_id=chat_id, now=utc_now())

    async def _react(self, bot: Bot, emoji: str) -> None:
        if isinstance(self.message, TelegramMessage) and self.message.message_id:
            reactions: list[Any] = [ReactionTypeEmoji(emoji=emoji)]
            await _ignore(bot.set_message_reaction(self.message.chat.id, self.message.message_id, reactions))

    async def _sent_ephemerally(self, bot: Bot, message: Message) -> bool:
        incoming_id = getattr(self.message, "ephemeral_message_id", None)
        if self.query is None and incoming_id is None:
            return False  # only an administrator may answer a plain message so, and we ask for no rights
        assert self.chat_id is not None
        assert self.user_id is not None
        self.group_messages += 1
        to = EphemeralMessageParameters(
            receiver_user_id=self.user_id, callback_query_id=self.query.id if self.query else None
        )
        try:
            await bot.send_message(
                self.chat_id,
                message.html,
                reply_markup=self._markup(message),
                ephemeral_message_parameters=to,
                reply_parameters=ReplyParameters(ephemeral_message_id=incoming_id) if incoming_id else None,
            )
        except TelegramRetryAfter:
            raise
        except TelegramAPIError as failure:
            log.info("ephemeral-refused", chat_id=self.chat_id, error=str(failure))
            return False
        return True

    async def _point_to_private_chat(self, bot: Bot, start: str) -> None:
        if self.query is not None:
            await self._answer(bot, url=self.deep_link(start))
            return
        button = Button(say_plain(self.language, "open-private-chat"), url=self.deep_link(start))
        await self._send(bot, Message(say(self.language, "answer-is-private"), ((button,),)), reply=True)


def to_plain(markup: str) -> str:
    """Return Telegram HTML as the text that a person sees."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def photo_of(message: Message) -> str | BufferedInputFile:
    """Return the photo of a message as aiogram sends it: the id of one that Telegram has, or an upload."""
    assert message.photo is not None
    return message.photo if isinstance(message.photo, str) else BufferedInputFile(message.photo, message.photo_name)


async def _patiently(step: Step, bot: Bot) -> None:
    try:
        await step(bot)
    except TelegramRetryAfter as refusal:
        if refusal.retry_after > WAIT_SECONDS_MAX:
            raise
        await asyncio.sleep(refusal.retry_after)
        await step(bot)


async def _ignore(call: Awaitable[Any]) -> None:
    try:
        await call
    except TelegramAPIError as failure:
        log.info("courtesy-refused", error=str(failure))
