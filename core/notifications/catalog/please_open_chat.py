"""To the group: somebody cannot be reached; a word in private waits for them, and it stays private."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.reachability import address_of
from core.ids import UserId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Button, Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.texts import Html, say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return nobody: this one is queued when a delivery fails, not by an event."""
    return []


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the mention of the person with the link to the private chat."""
    address = await address_of(session, UserId(UUID(params["user_id"])))
    name = say(reader.language, "person", name=address.name)
    mention = name if address.telegram_id is None else Html(f'<a href="tg://user?id={address.telegram_id}">{name}</a>')
    button = Button(say_plain(reader.language, "open-private-chat"), url=reader.deep_link(params["start"]))
    return Message(say(reader.language, "told-please-open-chat", person=mention), ((button,),))


ENTRY = Entry("please-open-chat", (), recipients, render)
