"""What happens to people."""

from typing import ClassVar

from core.ids import UserId
from core.outbox.event import Event


class PersonMet(Event):
    """Somebody was registered at their first contact."""

    name: ClassVar[str] = "person.met"
    aggregate: ClassVar[str] = "user_id"
    user_id: UserId


class PreferencesChosen(Event):
    """Somebody chose when to be told of what."""

    name: ClassVar[str] = "person.preferences_chosen"
    aggregate: ClassVar[str] = "user_id"
    user_id: UserId


class PlaceholderClaimed(Event):
    """A person whom we knew turned out to be the one invited as `placeholder_id`."""

    name: ClassVar[str] = "person.placeholder_claimed"
    aggregate: ClassVar[str] = "user_id"
    user_id: UserId
    placeholder_id: UserId


class PasswordSet(Event):
    """Somebody chose a password to sign in by, or another one."""

    name: ClassVar[str] = "person.password_set"
    aggregate: ClassVar[str] = "user_id"
    user_id: UserId


class TelegramUnlinked(Event):
    """Somebody's Telegram account is theirs no more."""

    name: ClassVar[str] = "person.telegram_unlinked"
    aggregate: ClassVar[str] = "user_id"
    user_id: UserId
    telegram_id: int
