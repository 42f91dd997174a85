"""What a notification is: when it is due, whom it is for, and how it reads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event


@dataclass(frozen=True, slots=True)
class Reader:
    """Who will read a message, and when: a person, or a chat (then `user_id` is None)."""

    user_id: UserId | None
    language: str
    time_zone: str
    bot_username: str
    now: datetime

    def deep_link(self, payload: str) -> str:
        """Return the link that opens the private chat with the bot and sends /start with the payload."""
        return f"https://t.me/{self.bot_username}?start={payload}"


# Both run inside a transaction: the first when the event has happened, the second when the message is about to be sent.
Recipients = Callable[[AsyncSession, Event], Awaitable[list[Recipient]]]
# Where meanwhile there is nothing to tell any more, the message is None.
Render = Callable[[AsyncSession, dict[str, Any], Reader], Awaitable[Message | None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of notification.

    `params` of a recipient are JSON; `purchase_id` in them names the group that is asked to pass a word to somebody who
    cannot be reached, and `start` the deep link payload that will show them the same; `telegram_id` is where a person
    is told who was there until then. What `can_wait` is not told
    in its reader's quiet hours: it is as true in the morning, whatever comes before it then, and nobody waits for it.
    """

    kind: str
    events: tuple[type[Event], ...]
    recipients: Recipients
    render: Render
    can_wait: bool = False
