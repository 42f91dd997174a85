"""To the organiser: everybody is settled, the books can be closed."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PurchaseId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.models import Purchase, PurchaseStatus
from core.settlement.events import DebtsSettled
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the organiser."""
    assert isinstance(event, DebtsSettled)
    return [Recipient(user_id=event.owner_id, params={"purchase_id": str(event.purchase_id), "start": "purchases"})]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the news with the button that closes."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    text = say(reader.language, "told-debts-settled", purchase=purchase.title)
    if purchase.status != PurchaseStatus.LOCKED:
        return Message(text)
    return Message(text, ((tap(say_plain(reader.language, "button-close"), "close", purchase.id, style="success"),),))


ENTRY = Entry("debts-settled", (DebtsSettled,), recipients, render, can_wait=True)
