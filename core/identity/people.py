"""How people are named beside each other, and found by their names."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.models import Identity, Password, User
from core.ids import UserId
from core.texts import say_plain

# A person has one identity: that of Telegram takes the place of the username by which they were expected.
_WITH_WAYS_IN = (
    select(User, Identity, Password)
    .outerjoin(Identity, Identity.user_id == User.id)
    .outerjoin(Password, Password.user_id == User.id)
)


class PersonNotFound(NotFound):
    """There is no such person."""


def called(person: User, language: str) -> str:
    """Return a person's name; of somebody who was erased, the word for that."""
    return say_plain(language, "person-erased") if person.erased_at is not None else person.name


async def person_of(session: AsyncSession, user_id: UserId) -> User:
    """Return a person by their id.

    :raises PersonNotFound: if there is none, or they were erased.
    """
    person = await session.get(User, user_id)
    if person is None or person.erased_at is not None:
        raise PersonNotFound
    return person


async def hold_person(session: AsyncSession, user_id: UserId) -> User:
    """Return a person, held against changes until the transaction ends.

    :raises PersonNotFound: if they were erased meanwhile.
    """
    user = await session.get_one(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user.erased_at is not None:
        raise PersonNotFound
    return user


async def hold_being(session: AsyncSession, user_id: UserId) -> None:
    """Hold that a person is there, before anything of theirs is: whoever erases them holds them first too."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(read=True, key_share=True))


def names(people: Iterable[User], language: str) -> dict[UserId, str]:
    """Return each person's name as `called`, told apart by a number where two bear the same one."""
    result: dict[UserId, str] = {}
    taken: dict[str, int] = {}
    for person in people:
        name = called(person, language)
        count = taken[name] = taken.get(name, 0) + 1
        result[person.id] = name if count == 1 else f"{name} ({count})"
    return result


async def names_of(session: AsyncSession, user_ids: Iterable[UserId | None], language: str) -> dict[UserId, str]:
    """Return the names of these people, in a stable order of registration."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    return names(await session.scalars(select(User).where(User.id.in_(wanted)).order_by(User.id)), language)


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How a person proves who they are: by Telegram (or, never met, by a username there), by a name and a password."""

    identity: Identity | None
    password: Password | None

    @property
    def names(self) -> list[str]:
        """Return a word for each."""
        known_by = [] if self.identity is None else [self.identity.provider]
        return known_by if self.password is None else [*known_by, "password"]


async def find_people(session: AsyncSession, *, named: str | None = None, limit: int) -> list[tuple[User, WaysIn]]:
    """Return people and how they sign in, the newest first; `named` is in one of their names, or their Telegram id."""
    found = _WITH_WAYS_IN
    if named is not None:
        part = named.removeprefix("@")
        by_name = (column.icontains(part, autoescape=True) for column in (User.name, Identity.username, Password.name))
        found = found.where(or_(*by_name, Identity.subject == part))
    rows = await session.execute(found.order_by(User.id.desc()).limit(limit))
    return [(user, WaysIn(identity, password)) for user, identity, password in rows]


async def ways_in(session: AsyncSession, user_id: UserId) -> WaysIn:
    """Return how a person signs in."""
    _, identity, password = (await session.execute(_WITH_WAYS_IN.where(User.id == user_id))).one()
    return WaysIn(identity, password)
