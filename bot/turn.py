"""One turn of the conversation: who speaks, when, in which transaction, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.replies import Replies
from core.accounts.limits import Limits
from core.config import MoneySettings, ProductSettings
from core.errors import Conflict, DomainError
from core.identity.actor import Actor
from core.inbox.models import InboxRow
from core.notifications.message import Callback, Message
from core.notifications.page_link import PageLink
from core.payments.choose_provider import check_any_provider, check_provider, providers_for
from core.payments.provider import Provider
from core.texts import Html, say, say_plain
from core.texts.refusal import say_refusal


class AlreadyPressed(Conflict):
    """This button has done what it does."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler works with."""

    session: AsyncSession
    actor: Actor
    replies: Replies
    now: datetime
    settings: ProductSettings
    money: MoneySettings
    providers: Mapping[str, Provider]
    page: PageLink | None = None

    @property
    def confirm_within(self) -> timedelta:
        """Return how long a payee has to answer "I paid"."""
        return self.settings.confirm_within

    @property
    def due_after(self) -> timedelta:
        """Return when a debt is due if its purchase does not say."""
        return self.settings.due_after

    @property
    def limits(self) -> Limits:
        """Return how much a person may set in motion."""
        return Limits(operation=self.money.payment_max, day=self.money.payments_a_day_max)

    def providers_for(self, currency: str) -> tuple[str, ...]:
        """Return the names of the providers that take a currency."""
        return providers_for(self.providers, currency)

    def check_any_provider(self, currency: str) -> tuple[str, ...]:
        """Return the names of the providers that take a currency.

        :raises NoProvider: if there is none.
        """
        return check_any_provider(self.providers, currency)

    def check_provider(self, name: str, currency: str) -> None:
        """Refuse a provider that is switched off or does not take the currency: a button may be older than that.

        :raises NoProvider: if it is so.
        """
        check_provider(self.providers, name, currency)

    async def press(self, tapped: Callback) -> None:
        """Let a button that moves money count; it does so once, unless what it began is refused and taken back.

        :raises AlreadyPressed: if it was pressed before.
        """
        assert tapped.seal is not None
        row = insert(InboxRow).values(source="button", message_id=tapped.seal)
        if not (await self.session.scalars(row.on_conflict_do_nothing().returning(InboxRow.message_id))).all():
            raise AlreadyPressed

    def say(self, key: str, **params: Any) -> Html:
        """Return the text in the person's language, as Telegram HTML."""
        return say(self.actor.language, key, **params)

    def label(self, key: str, **params: Any) -> str:
        """Return the text in the person's language, without markup."""
        return say_plain(self.actor.language, key, **params)

    def toast(self, key: str, *, alert: bool = False, **params: Any) -> None:
        """Answer a tap with a short notice (a typed message with a reply)."""
        self.replies.toast(self.label(key, **params), alert=alert)

    def reply(self, key: str, **params: Any) -> None:
        """Answer a typed message in its chat."""
        self.replies.say(Message(self.say(key, **params)), reply=True)

    def ask(self, key: str, **params: Any) -> None:
        """Ask the person for an answer in text; in a group, as a reply to this very message.

        A group text names the person (`$name`): the mention is what opens the input of this person alone.
        """
        if self.replies.in_group:
            params["name"] = Html(f'<a href="tg://user?id={self.replies.user_id}">{escape(self.actor.name)}</a>')
        self.replies.say(Message(self.say(key, **params)), ask=True)

    def refuse(self, refusal: DomainError) -> None:
        """Say in the person's language why a rule said no."""
        self.replies.toast(say_refusal(self.actor.language, refusal), alert=True)
