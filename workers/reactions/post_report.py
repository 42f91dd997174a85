"""A purchase is closed: its report is posted."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.ids import EventId
from core.outbox.event import Event
from core.purchases.events import PurchaseClosed
from core.reports.request_report import post_closing_report


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Ask for the picture and the PDF."""
    assert isinstance(event, PurchaseClosed), event_id
    await post_closing_report(session, purchase_id=event.purchase_id, now=utc_now())
