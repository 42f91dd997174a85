"""To a participant: the organiser is gone, and they are the organiser now."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PurchaseId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import OrganizerChanged
from core.purchases.models import Purchase
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the new organiser."""
    assert isinstance(event, OrganizerChanged)
    return [Recipient(user_id=event.user_id, params={"purchase_id": str(event.purchase_id), "start": "purchases"})]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return what is theirs to do now."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    return Message(say(reader.language, "told-organizer-changed", purchase=purchase.title))


ENTRY = Entry("organizer-changed", (OrganizerChanged,), recipients, render)
