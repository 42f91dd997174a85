"""What people are called in a purchase: the same wherever it is shown."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import User
from core.identity.people import names
from core.ids import PurchaseId, UserId
from core.purchases.models import Participant


async def names_in(
    session: AsyncSession, purchase_ids: Collection[PurchaseId], language: str
) -> dict[PurchaseId, dict[UserId, str]]:
    """Return for each purchase the names of all who ever took part in it.

    Two who bear the same name are told apart by numbers in the order of registration, as on the card; who left has none
    of those that the others would have without them.
    """
    rows = (
        select(Participant.purchase_id, User)
        .join(User, User.id == Participant.user_id)
        .where(Participant.purchase_id.in_(purchase_ids))
        .order_by(Participant.left_at.is_not(None), User.id)
    )
    people: dict[PurchaseId, list[User]] = {purchase_id: [] for purchase_id in purchase_ids}
    if people:
        for purchase_id, user in await session.execute(rows):
            people[purchase_id].append(user)
    return {purchase_id: names(users, language) for purchase_id, users in people.items()}
