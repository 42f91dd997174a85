"""To a Telegram account that is somebody's no more: it may have been somebody else who unlinked it."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.events import TelegramUnlinked
from core.identity.models import Password
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return who unlinked it, to be told where they were until then."""
    assert isinstance(event, TelegramUnlinked)
    return [Recipient(user_id=event.user_id, params={"telegram_id": event.telegram_id})]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return what was done, and who helps if it was not they; nothing if they were forgotten meanwhile."""
    password = await session.get(Password, reader.user_id)
    return None if password is None else Message(say(reader.language, "told-telegram-unlinked", name=password.name))


ENTRY = Entry("telegram-unlinked", (TelegramUnlinked,), recipients, render)
