"""A placeholder turned out to be somebody we know: the invites pass to them."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.events import PlaceholderClaimed
from core.ids import EventId
from core.outbox.event import Event
from core.purchases.claim_invites import claim_invites


async def react(session: AsyncSession, event: Event, event_id: EventId) -> None:
    """Hand the invites over."""
    assert isinstance(event, PlaceholderClaimed), event_id
    await claim_invites(session, placeholder_id=event.placeholder_id, user_id=event.user_id)
