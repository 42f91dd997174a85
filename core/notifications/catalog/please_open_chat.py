"""To the group: people who cannot be reached; a word in private waits for them, and it stays private."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.reachability import Address, address_of
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
    """Return the mentions of the people with the link to the private chat."""
    people = [await address_of(session, UserId(UUID(user_id))) for user_id in params["user_ids"]]
    mentions = Html(", ".join(_mention(person, reader.language) for person in people))
    button = Button(say_plain(reader.language, "open-private-chat"), url=reader.deep_link(params["start"]))
    return Message(say(reader.language, "told-please-open-chat", people=mentions), ((button,),))


def _mention(person: Address, language: str) -> str:
    name = say(language, "person", name=person.name)
    return name if person.telegram_id is None else f'<a href="tg://user?id={person.telegram_id}">{name}</a>'


ENTRY = Entry("please-open-chat", (), recipients, render)
