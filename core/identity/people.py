"""How people are named beside each other."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.ids import UserId


def names(people: Iterable[User]) -> dict[UserId, str]:
    """Return each person's name, told apart by a number where two bear the same one."""
    result: dict[UserId, str] = {}
    taken: dict[str, int] = {}
    for person in people:
        count = taken[person.name] = taken.get(person.name, 0) + 1
        result[person.id] = person.name if count == 1 else f"{person.name} ({count})"
    return result


async def names_of(session: AsyncSession, user_ids: Iterable[UserId | None]) -> dict[UserId, str]:
    """Return the names of these people, in a stable order of registration."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return names(await session.scalars(select(User).where(User.id.in_(wanted)).order_by(User.id))) if wanted else {}
