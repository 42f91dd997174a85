"""Who acts, and from where: resolved once by the edge, believed by every rule."""

from dataclasses import dataclass
from typing import Literal

from core.ids import ChatId, UserId


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who asks for something.

    `chat_id` is the group that the request came from (its sender is a member of it by that very fact); None in a
    private chat and at every other edge.
    """

    user_id: UserId
    name: str
    language: str
    time_zone: str
    chat_id: ChatId | None = None


@dataclass(frozen=True, slots=True)
class TelegramPerson:
    """What Telegram says of a sender."""

    telegram_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class TelegramChat:
    """What Telegram says of a chat."""

    telegram_id: int
    kind: Literal["private", "group", "supergroup"]
    title: str
