"""Notice that nothing of a purchase is left to pay."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import UserId
from core.purchases.happened import happened
from core.purchases.models import Purchase
from core.settlement.events import DebtsSettled
from core.settlement.queries import all_settled


async def tell_if_settled(session: AsyncSession, purchase: Purchase, *, actor_id: UserId | None, now: datetime) -> None:
    """Emit `DebtsSettled` if nothing of the purchase, whose row is held, is left to pay."""
    await session.flush()
    if await all_settled(session, purchase):
        event = DebtsSettled(purchase_id=purchase.id, actor_id=actor_id, owner_id=purchase.owner_id)
        happened(session, purchase, event, now=now)
