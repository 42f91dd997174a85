"""Record that something happened to a purchase: its version, its history and its event, always together."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import EventId
from core.outbox.emit import emit
from core.purchases.events import PurchaseEvent
from core.purchases.models import HistoryRow, Purchase


def happened(session: AsyncSession, purchase: Purchase, event: PurchaseEvent, *, now: datetime) -> EventId:
    """Raise the version of the locked `purchase`, write its history and emit `event`."""
    assert event.purchase_id == purchase.id
    purchase.version += 1
    payload = event.model_dump(mode="json", exclude={"purchase_id", "actor_id"})
    session.add(
        HistoryRow(purchase_id=purchase.id, actor_id=event.actor_id, event_name=event.name, payload=payload, at=now)
    )
    return emit(session, event)
