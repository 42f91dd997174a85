"""Queue a notification: from here on, telling it is only a matter of time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import ChatId, EventId, NotificationId, UserId, new_id
from core.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, a person in private or a chat, and what the text will need to know (as JSON)."""

    user_id: UserId | None = None
    chat_id: ChatId | None = None
    params: dict[str, Any] = field(default_factory=dict)


async def notify(session: AsyncSession, *, event_id: EventId, kind: str, recipient: Recipient, now: datetime) -> None:
    """Queue a notification of this kind because of this event; asking again changes nothing."""
    row = insert(Notification).values(
        id=NotificationId(new_id()),
        event_id=event_id,
        kind=kind,
        user_id=recipient.user_id,
        chat_id=recipient.chat_id,
        params=recipient.params,
        not_before=now,
        created_at=now,
    )
    await session.execute(row.on_conflict_do_nothing())
