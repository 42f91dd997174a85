"""Take updates in: each one once, in one transaction, answered after its commit."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import Chat, Update, User
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.fsm_storage import DialogStorage, session_of_update
from bot.replies import Replies
from bot.turn import Turn
from core.clock import utc_now
from core.config import MoneySettings, ProductSettings
from core.db import Database
from core.errors import DomainError
from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.meet import is_known, meet
from core.inbox.once import once
from core.notifications.budget import spend
from core.notifications.page_link import PageLink
from core.notifications.seal import Sealer
from core.payments.provider import Provider
from core.telemetry.measures import UPDATE_SECONDS, UPDATES, timed
from core.telemetry.trail import entering
from core.texts import say_plain

log = structlog.get_logger()
KINDS = ("private", "group", "supergroup")


class Intake(Dispatcher):
    """aiogram's dispatcher whose `feed_update` returns after the commit, and never handles an update twice.

    Polling and aiogram's webhook server both call it, so neither confirms an update to Telegram before its rows are
    safe. Where the database is away it raises, and the update stays with Telegram. What it works with is given by
    `equip`, because a process builds its routers once.
    """

    db: Database
    sealer: Sealer
    providers: Mapping[str, Provider]
    settings: ProductSettings
    money: MoneySettings
    group_messages_per_minute: int
    page_url: str | None

    def __init__(self) -> None:
        super().__init__(storage=DialogStorage())
        self._sending: set[asyncio.Task[None]] = set()
        self._chat_locks: dict[int | None, asyncio.Lock] = {}

    def equip(
        self,
        db: Database,
        sealer: Sealer,
        *,
        providers: Mapping[str, Provider],
        settings: ProductSettings,
        money: MoneySettings,
        group_messages_per_minute: int,
        page_url: str | None = None,
    ) -> None:
        """Say what it works with from now on; `page_url` is where the page is, if there is one."""
        self.db, self.sealer, self.providers = db, sealer, providers
        self.settings, self.money, self.group_messages_per_minute = settings, money, group_messages_per_minute
        self.page_url = page_url

    async def feed_update(self, bot: Bot, update: Update, **kwargs: Any) -> None:
        """Handle an update of Telegram at most once, and answer it.

        :raises DBAPIError, OSError: if the database is away; nothing happened then.
        """
        with (
            entering("update", correlation_id=f"telegram-{update.update_id}", update_id=update.update_id),
            timed(UPDATES, UPDATE_SECONDS, update.event_type, outcome="") as doing,
        ):
            doing.outcome = await self._take(bot, update, kwargs)

    async def _take(self, bot: Bot, update: Update, kwargs: dict[str, Any]) -> str:
        """Handle an update, answer it in the background, and return what became of it in a word."""
        me = await bot.me()
        person, chat = _sender(update)
        if person is None:
            return "nobody"  # channel posts and service updates
        replies = Replies(update, sealer=self.sealer, bot_username=me.username or "", language="en")
        try:
            async with once(self.db, f"telegram:{bot.id}", str(update.update_id)) as session:
                if session is None:
                    return "repeated"
                outcome = await self._handle(bot, update, session, person, chat, replies, kwargs)
        except (DBAPIError, OSError):
            raise
        except Exception:
            log.exception("update-failed")
            await self._give_up(bot, update)
            replies = Replies(update, sealer=self.sealer, bot_username=me.username or "", language=replies.language)
            replies.toast(say_plain(replies.language, "error-our-fault"), alert=True)
            outcome = "bug"
        self._send_in_background(bot, replies)
        return outcome

    async def _handle(
        self,
        bot: Bot,
        update: Update,
        session: AsyncSession,
        person: TelegramPerson,
        chat: TelegramChat | None,
        replies: Replies,
        kwargs: dict[str, Any],
    ) -> str:
        now = utc_now()
        if _is_goodbye(update) and not await is_known(session, person.telegram_id):
            return "ignored"  # they were forgotten on request, and block the bot now: that is no new acquaintance
        actor = await self._meet(session, person, chat)
        replies.language = actor.language
        turn = Turn(session, actor, replies, now, self.settings, self.money, self.providers, self._page(replies))
        session_of_update.set(session)
        try:
            # A refusal takes back what its handler did, and only that: the person stays met, the update handled.
            async with session.begin_nested():
                await super().feed_update(bot, update, turn=turn, **kwargs)
        except DomainError as refusal:
            log.info("refused", error=refusal.text, user_id=str(actor.user_id))
            replies.forget()
            turn.refuse(refusal)
            return "refused"
        return "handled"

    def _page(self, replies: Replies) -> PageLink | None:
        return None if self.page_url is None else PageLink(self.page_url, replies.bot_username)

    async def _meet(self, session: AsyncSession, person: TelegramPerson, chat: TelegramChat | None) -> Actor:
        return await meet(
            session,
            person=person,
            chat=chat,
            default_currency=self.settings.default_currency,
            default_time_zone=self.settings.default_time_zone,
            now=utc_now(),
        )

    async def _give_up(self, bot: Bot, update: Update) -> None:
        """Remember an update that our bug cannot handle, so that it does not come back for ever."""
        async with once(self.db, f"telegram:{bot.id}", str(update.update_id)):
            pass

    def _send_in_background(self, bot: Bot, replies: Replies) -> None:
        task = asyncio.create_task(self._send_in_turn(bot, replies))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_in_turn(self, bot: Bot, replies: Replies) -> None:
        lock = self._chat_locks.setdefault(replies.chat_id, asyncio.Lock())
        async with lock:
            try:
                await replies.send(bot)
                await self._spend(replies)
            except Exception:
                log.exception("replies-failed", chat_id=replies.chat_id)

    async def _spend(self, replies: Replies) -> None:
        if replies.group_messages and replies.chat_id is not None:
            await spend(
                self.db,
                telegram_chat_id=replies.chat_id,
                per_minute=self.group_messages_per_minute,
                messages=replies.group_messages,
            )

    async def finish(self, *, within_seconds: float = 5) -> None:
        """Wait for the answers that are being sent."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await asyncio.gather(*self._sending)


def _is_goodbye(update: Update) -> bool:
    """Return whether somebody blocks the bot."""
    changed = update.my_chat_member
    return changed is not None and changed.chat.type == "private" and changed.new_chat_member.status == "kicked"


def _sender(update: Update) -> tuple[TelegramPerson | None, TelegramChat | None]:
    event = update.event
    user: User | None = getattr(event, "from_user", None)
    message = update.callback_query.message if update.callback_query else event
    chat: Chat | None = getattr(message, "chat", None)
    if user is None or user.is_bot:
        return None, None
    person = TelegramPerson(user.id, user.first_name, user.last_name, user.username, user.language_code)
    if chat is None or chat.type not in KINDS:
        return person, None
    title = chat.title or user.full_name
    return person, TelegramChat(chat.id, chat.type, title)  # type: ignore[arg-type]  # checked against KINDS
