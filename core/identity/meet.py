"""Register a person and a chat at their first contact of any kind, and follow the changes of both."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor, TelegramChat, TelegramPerson
from core.identity.clean import clean
from core.identity.events import PersonMet, PlaceholderClaimed
from core.identity.models import NAME_LENGTH_MAX, Chat, ChatMember, Identity, Provider, Reach, User
from core.ids import ChatId
from core.outbox.emit import emit
from core.texts import choose_language

# Put together once, because every update asks for it.
WHO_AND_WHERE = (
    select(User, Identity, Chat, ChatMember)
    .join(Identity, Identity.user_id == User.id)
    .outerjoin(Chat, Chat.telegram_id == bindparam("here"))
    .outerjoin(ChatMember, (ChatMember.chat_id == Chat.id) & (ChatMember.user_id == User.id))
    .where(Identity.provider == Provider.TELEGRAM, Identity.subject == bindparam("subject"))
)


async def meet(
    session: AsyncSession,
    *,
    person: TelegramPerson,
    chat: TelegramChat | None,
    default_currency: str,
    default_time_zone: str,
    now: datetime,
) -> Actor:
    """Return who acts, registering or updating the person, the chat and the membership where that is news.

    A hundred simultaneous first contacts of one person make one user.
    """
    group = chat if chat is not None and chat.kind != "private" else None
    found = await _meet_person(session, person, group, default_time_zone, now)
    user, chat_id = found.user, None
    if group is not None:
        known = found.chat or await _register_chat(session, group, user.language, default_currency, now)
        known.kind, known.title = group.kind, clean(group.title)[:NAME_LENGTH_MAX]
        chat_id = known.id
        if found.member is None or not found.member.is_member:
            await see_member(session, chat_id=chat_id, user=user, now=now)
    elif chat is not None:
        found.identity.reach = Reach.REACHABLE
    return Actor(user.id, user.name, user.language, user.time_zone, chat_id)


async def meet_person(
    session: AsyncSession, *, person: TelegramPerson, default_time_zone: str, now: datetime
) -> tuple[User, Identity]:
    """Return the user behind a Telegram identity; the first contact registers, later ones follow the profile."""
    found = await _meet_person(session, person, None, default_time_zone, now)
    return found.user, found.identity


async def is_known(session: AsyncSession, telegram_id: int) -> bool:
    """Return whether we have met the person behind a Telegram identity, and not forgotten them."""
    return await _find(session, str(telegram_id), None) is not None


async def wait_for_others(session: AsyncSession, telegram_id: int) -> None:
    """Wait for whoever registers the same Telegram identity right now, and let others wait until this one is done."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"telegram:{telegram_id}", 0))))


async def follow_new_identity(session: AsyncSession, user: User, person: TelegramPerson, *, now: datetime) -> Identity:
    """Let a person whom we know otherwise be known by a Telegram identity that nobody has; the caller holds it."""
    identity = _identity(user, person, now)
    session.add(identity)
    _follow_profile(user, identity, person)
    if person.username:
        await _claim_placeholder(session, user, person.username)
    await session.flush()
    return identity


async def see_member(session: AsyncSession, *, chat_id: ChatId, user: User, now: datetime) -> None:
    """Remember that a person is in a chat."""
    known = await session.get(ChatMember, (chat_id, user.id))
    if known is not None and known.is_member:
        return
    seen = insert(ChatMember).values(chat_id=chat_id, user_id=user.id, seen_at=now)
    back = {"is_member": True, "seen_at": now}
    await session.execute(seen.on_conflict_do_update(index_elements=["chat_id", "user_id"], set_=back))


class _Known(NamedTuple):
    user: User
    identity: Identity
    chat: Chat | None
    member: ChatMember | None


async def _meet_person(
    session: AsyncSession, person: TelegramPerson, group: TelegramChat | None, default_time_zone: str, now: datetime
) -> _Known:
    subject = str(person.telegram_id)
    found = await _find(session, subject, group)
    if found is None:
        await wait_for_others(session, person.telegram_id)
        found = await _find(session, subject, group)
    if found is None:
        found = _Known(*await _register(session, person, default_time_zone, now), None, None)
    _follow_profile(found.user, found.identity, person)
    if person.username and session.is_modified(found.identity):
        await _claim_placeholder(session, found.user, person.username)
    return found


async def _find(session: AsyncSession, subject: str, group: TelegramChat | None) -> _Known | None:
    """Return who it is and where, in one round trip, which is all that most contacts need."""
    here = None if group is None else group.telegram_id
    row = (await session.execute(WHO_AND_WHERE, {"subject": subject, "here": here})).one_or_none()
    return None if row is None else _Known(*row)


async def _register(
    session: AsyncSession, person: TelegramPerson, default_time_zone: str, now: datetime
) -> tuple[User, Identity]:
    placeholder = await session.get(
        Identity, (Provider.USERNAME, (person.username or "").lower()), with_for_update=True
    )
    if placeholder is not None:
        user = await session.get_one(User, placeholder.user_id)
        await session.delete(placeholder)
    else:
        user = User(name="", language="", time_zone=default_time_zone, created_at=now)
        session.add(user)
        await session.flush()
    identity = _identity(user, person, now)
    session.add(identity)
    _follow_profile(user, identity, person)
    await session.flush()
    emit(session, PersonMet(user_id=user.id))
    return user, identity


def _identity(user: User, person: TelegramPerson, now: datetime) -> Identity:
    return Identity(
        provider=Provider.TELEGRAM,
        subject=str(person.telegram_id),
        user_id=user.id,
        username=person.username,
        reach=Reach.NOT_STARTED,
        created_at=now,
    )


def _follow_profile(user: User, identity: Identity, person: TelegramPerson) -> None:
    full_name = clean(f"{person.first_name} {person.last_name or ''}")[:NAME_LENGTH_MAX]
    user.name = full_name or person.username or str(person.telegram_id)
    identity.username = person.username
    # The Login Widget does not say; then what we know goes on to count.
    if not user.language_chosen and (person.language_code or not user.language):
        user.language = choose_language(person.language_code)


async def _register_chat(
    session: AsyncSession, chat: TelegramChat, language: str, default_currency: str, now: datetime
) -> Chat:
    """Return the new chat of this Telegram id; it speaks `language` until somebody chooses another."""
    new = insert(Chat).values(
        telegram_id=chat.telegram_id,
        kind=chat.kind,
        title=clean(chat.title)[:NAME_LENGTH_MAX],
        language=language,
        currency=default_currency,
        created_at=now,
    )
    await session.execute(new.on_conflict_do_nothing())  # somebody else may have been met there just now
    return (await session.scalars(select(Chat).where(Chat.telegram_id == chat.telegram_id))).one()


async def _claim_placeholder(session: AsyncSession, user: User, username: str) -> None:
    """Tell the packages above that somebody known now bears the name that a placeholder was invited by."""
    placeholder = await session.get(Identity, (Provider.USERNAME, username.lower()), with_for_update=True)
    if placeholder is None:
        return
    await session.delete(placeholder)
    emit(session, PlaceholderClaimed(user_id=user.id, placeholder_id=placeholder.user_id))
