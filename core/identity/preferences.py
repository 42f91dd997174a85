"""What a person or a chat has chosen for themselves."""

from datetime import time, timedelta
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Invalid
from core.identity.actor import Actor
from core.identity.chats import own_chat
from core.identity.events import PreferencesChosen
from core.identity.models import Chat, User
from core.ids import ChatId
from core.money import exponent
from core.outbox.emit import emit
from core.texts import LANGUAGES

QUIET_MAX = timedelta(hours=16)
DAYS_MAX = 30


class UnknownLanguage(Invalid):
    """We do not speak this language."""


class UnknownTimeZone(Invalid):
    """This is no IANA time zone."""


class QuietTooLong(Invalid):
    """Quiet hours leave some hours of the day to be told anything at all."""


class WrongReminderDays(Invalid):
    """Reminders come up to a month before, and at least once a month after."""


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
    user = await _held(session, actor)
    user.time_zone = time_zone
    emit(session, PreferencesChosen(user_id=user.id))


async def choose_quiet_hours(session: AsyncSession, *, actor: Actor, start: time, end: time) -> None:
    """Tell the actor nothing that can wait between these times of their day; never mind if both are the same.

    :raises QuietTooLong: if they are more than sixteen hours.
    """
    length = timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)
    if length % timedelta(days=1) > QUIET_MAX:
        raise QuietTooLong(hours=QUIET_MAX // timedelta(hours=1))
    user = await _held(session, actor)
    user.quiet_from, user.quiet_until = start, end
    emit(session, PreferencesChosen(user_id=user.id))


async def choose_reminders(
    session: AsyncSession,
    *,
    actor: Actor,
    remind: bool | None = None,
    before_days: int | None = None,
    when_due: bool | None = None,
    every_days: int | None = None,
) -> User:
    """Change which reminders of debts the actor gets; 0 days are never, and None leaves a choice as it is.

    :raises WrongReminderDays: if it is more than a month.
    """
    if not all(0 <= (days or 0) <= DAYS_MAX for days in (before_days, every_days)):
        raise WrongReminderDays(max=DAYS_MAX)
    user = await _held(session, actor)
    user.remind = user.remind if remind is None else remind
    user.remind_before_days = user.remind_before_days if before_days is None else before_days
    user.remind_when_due = user.remind_when_due if when_due is None else when_due
    user.remind_every_days = user.remind_every_days if every_days is None else every_days
    emit(session, PreferencesChosen(user_id=user.id))
    return user


async def change_settings(
    session: AsyncSession,
    *,
    actor: Actor,
    language: str | None = None,
    time_zone: str | None = None,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    remind: bool | None = None,
    remind_before_days: int | None = None,
    remind_when_due: bool | None = None,
    remind_every_days: int | None = None,
) -> None:
    """Change what the actor has chosen for themselves; None leaves a choice as it is.

    :raises UnknownLanguage, UnknownTimeZone, QuietTooLong, WrongReminderDays: as choosing one by one does.
    """
    user = await _held(session, actor)
    if language is not None:
        await choose_language(session, actor=actor, language=language)
    if time_zone is not None:
        await choose_time_zone(session, actor=actor, time_zone=time_zone)
    if quiet_from is not None or quiet_until is not None:
        start = user.quiet_from if quiet_from is None else quiet_from
        end = user.quiet_until if quiet_until is None else quiet_until
        await choose_quiet_hours(session, actor=actor, start=start, end=end)
    reminders = (remind, remind_before_days, remind_when_due, remind_every_days)
    if any(choice is not None for choice in reminders):
        await choose_reminders(
            session,
            actor=actor,
            remind=remind,
            before_days=remind_before_days,
            when_due=remind_when_due,
            every_days=remind_every_days,
        )


async def change_chat(
    session: AsyncSession, *, actor: Actor, chat_id: ChatId, language: str | None = None, currency: str | None = None
) -> Chat:
    """Change which language a chat of the actor speaks, and in which currency its new purchases are.

    None leaves a choice as it is.

    :raises ChatNotFound: if the actor is not in it.
    :raises UnknownLanguage: if it is not one of ours.
    :raises UnknownCurrency: if ISO 4217 has none of this code.
    """
    chat = await own_chat(session, actor=actor, chat_id=chat_id)
    if language is not None:
        _check_language(language)
        chat.language = language
    if currency is not None:
        exponent(currency)
        chat.currency = currency
    return chat


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UnknownLanguage


async def _held(session: AsyncSession, actor: Actor) -> User:
    return await session.get_one(User, actor.user_id, with_for_update={"key_share": True}, populate_existing=True)
