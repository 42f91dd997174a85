"""How people are named beside each other, and found by their names."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.models import Identity, User
from core.ids import UserId
from core.texts import say_plain


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


async def is_erased(session: AsyncSession, user_id: UserId) -> bool:
    """Return whether a person was erased: nobody can be told anything in their place."""
    return await session.scalar(select(User.erased_at).where(User.id == user_id)) is not None


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


async def find_people(
    session: AsyncSession, *, named: str | None = None, limit: int
) -> list[tuple[User, Identity | None]]:
    """Return people with their way to prove who they are, the newest first; `named` is in a name, or a Telegram id."""
    found = select(User, Identity).outerjoin(Identity, Identity.user_id == User.id)
    if named is not None:
        part = named.removeprefix("@")
        by_name = User.name.icontains(part, autoescape=True) | Identity.username.icontains(part, autoescape=True)
        found = found.where(by_name | (Identity.subject == part))
    rows = await session.execute(found.order_by(User.id.desc()).limit(limit))
    return [(user, identity) for user, identity in rows]
