"""To somebody by whose password one can sign in from now on: it may have been somebody else who chose it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.events import PasswordSet
from core.identity.models import Password
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return whose password it is."""
    assert isinstance(event, PasswordSet)
    return [Recipient(user_id=event.user_id)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return what was done, and what helps if it was not they; nothing if they were forgotten meanwhile."""
    password = await session.get(Password, reader.user_id)
    return None if password is None else Message(say(reader.language, "told-password-set", name=password.name))


ENTRY = Entry("password-set", (PasswordSet,), recipients, render)
