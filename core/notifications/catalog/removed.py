"""To somebody whom the organiser took off a purchase."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PurchaseId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import ParticipantRemoved
from core.purchases.models import Purchase
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the removed person."""
    assert isinstance(event, ParticipantRemoved)
    return [Recipient(user_id=event.user_id, params={"purchase_id": str(event.purchase_id), "start": "purchases"})]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return one sentence."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    return Message(say(reader.language, "told-removed", purchase=purchase.title))


ENTRY = Entry("removed", (ParticipantRemoved,), recipients, render)
