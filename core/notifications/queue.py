"""Queue a notification: from here on, telling it is only a matter of time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import ChatId, EventId, NotificationId, UserId, new_id
from core.notifications.models import Delivery, Notification
from core.telemetry.trail import carried


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, a person in private or a chat, and what the text will need to know (as JSON).

    With a `subject_id` the message about it that was sent before is edited, instead of sending another.
    """

    user_id: UserId | None = None
    chat_id: ChatId | None = None
    subject_id: UUID | None = None
    params: dict[str, Any] = field(default_factory=dict)


async def notify(session: AsyncSession, *, event_id: EventId, kind: str, recipient: Recipient, now: datetime) -> None:
    """Queue a notification of this kind because of this event; asking again changes nothing.

    About a subject there is one message: a further event lets it be edited.
    """
    await notify_all(session, [(event_id, kind, recipient)], now=now)


async def notify_all(session: AsyncSession, wanted: Sequence[tuple[EventId, str, Recipient]], *, now: datetime) -> None:
    """Queue notifications, each of a kind and because of an event, as `notify` does."""
    rows = [
        {
            "id": NotificationId(new_id()),
            "event_id": event_id,
            "kind": kind,
            "user_id": recipient.user_id,
            "chat_id": recipient.chat_id,
            "subject_id": recipient.subject_id,
            "params": recipient.params,
            "headers": carried(event_id),
            "not_before": now,
            "created_at": now,
        }
        for event_id, kind, recipient in wanted
    ]
    once = [row for row in rows if row["subject_id"] is None]
    if once:
        await session.execute(insert(Notification).on_conflict_do_nothing(), once)
    # In one order, so that two who tell of the same subjects wait for each other and nobody for ever.
    living = [row for row in rows if row["subject_id"] is not None]
    for row in sorted(living, key=lambda row: str((row["subject_id"], row["kind"], row["user_id"], row["chat_id"]))):
        await _revive(session, row, now)


async def _revive(session: AsyncSession, row: dict[str, Any], now: datetime) -> None:
    """Let the living message about a subject be sent, or edited; params of the newest event count."""
    # Who is sending the older state right now finds the raised version afterwards, and queues it again.
    is_sending = Notification.status == Delivery.SENDING
    again = {
        "version": Notification.version + 1,
        "params": row["params"],
        "headers": row["headers"],
        "status": case((is_sending, Delivery.SENDING), else_=Delivery.QUEUED),
        "not_before": case((is_sending, Notification.not_before), else_=now),
        "attempts": 0,
        "finished_at": None,
    }
    living = [Notification.subject_id, Notification.kind, Notification.user_id, Notification.chat_id]
    of_subject = Notification.subject_id.is_not(None)
    upsert = insert(Notification).values(row)
    await session.execute(upsert.on_conflict_do_update(index_elements=living, index_where=of_subject, set_=again))


async def notifications_about(session: AsyncSession, subject_id: UUID) -> list[Notification]:
    """Return the living messages about a subject, with how far their deliveries are."""
    about = select(Notification).where(Notification.subject_id == subject_id)
    return list(await session.scalars(about.order_by(Notification.id)))
