"""To the invited person: take part or not."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import InviteId, PurchaseId, UserId, shorten
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import PersonInvited
from core.purchases.models import Purchase
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the invited person."""
    assert isinstance(event, PersonInvited)
    params = {
        "purchase_id": str(event.purchase_id),
        "invite_id": str(event.invite_id),
        "inviter_id": str(event.actor_id),
        "start": f"invite_{shorten(event.invite_id)}",
    }
    return [Recipient(user_id=event.invitee_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the invitation with its two buttons."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    inviter_id = UserId(UUID(params["inviter_id"]))
    people = await names_of(session, [inviter_id], reader.language)
    invite_id = InviteId(UUID(params["invite_id"]))
    buttons = (
        tap(say_plain(reader.language, "button-accept"), "accept", invite_id, style="success"),
        tap(say_plain(reader.language, "button-decline"), "decline", invite_id),
    )
    text = say(reader.language, "told-invited", name=people[inviter_id], purchase=purchase.title)
    return Message(text, (buttons,))


ENTRY = Entry("invited", (PersonInvited,), recipients, render)
