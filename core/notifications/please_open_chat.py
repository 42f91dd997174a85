"""Ask people in their group to open the chat with the bot: all of them in one message, each once a day."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import EventId, NotificationId, UserId, new_id
from core.notifications.models import Delivery, Notification
from core.purchases.models import Purchase

KIND = "please-open-chat"
GATHER = timedelta(seconds=3)  # so that who cannot be reached after one lock is named in one message
AGAIN_AFTER = timedelta(days=1)


async def ask_to_open_chat(
    session: AsyncSession, *, purchase: Purchase, user_id: UserId, start: str, now: datetime
) -> None:
    """Name a person in the message that waits for the purchase's group, or queue one; `start` is for its link."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{KIND}:{purchase.id}", 0))))
    recent = (Notification.kind == KIND) & (Notification.chat_id == purchase.chat_id)
    since = Notification.created_at > now - AGAIN_AFTER
    asked = list(await session.scalars(select(Notification).where(recent, since).with_for_update()))
    if any(str(user_id) in notification.params["user_ids"] for notification in asked):
        return
    for notification in asked:
        if notification.status == Delivery.QUEUED:
            notification.params = {
                "user_ids": [*notification.params["user_ids"], str(user_id)],
                "start": start if notification.params["start"] == start else "debts",
            }
            return
    session.add(
        Notification(
            id=NotificationId(new_id()),
            event_id=EventId(new_id()),
            kind=KIND,
            chat_id=purchase.chat_id,
            params={"user_ids": [str(user_id)], "start": start},
            not_before=now + GATHER,
            created_at=now,
        )
    )
