"""To the inviter: the invited person does not take part."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import PurchaseId, UserId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import InviteDeclined
from core.purchases.models import Purchase
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the inviter."""
    assert isinstance(event, InviteDeclined)
    params = {"purchase_id": str(event.purchase_id), "invitee_id": str(event.actor_id), "start": "purchases"}
    return [Recipient(user_id=event.inviter_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return one sentence."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    invitee_id = UserId(UUID(params["invitee_id"]))
    people = await names_of(session, [invitee_id], reader.language)
    return Message(say(reader.language, "told-invite-declined", name=people[invitee_id], purchase=purchase.title))


ENTRY = Entry("invite-declined", (InviteDeclined,), recipients, render)
