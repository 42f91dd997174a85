"""Notifications with their recorded deliveries, the card of each purchase, and each chat's budget of messages."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import ChatId, EventId, NotificationId, PurchaseId, UserId, new_id

SCHEMA = {"schema": "notifications"}


class Delivery(StrEnum):
    """How far a notification has come."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Notification(Base):
    """One thing that one person (in private) or one chat is told because of one event.

    With a subject it is a living message: what happens to the subject later edits it in place, each change raising
    `version`.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, chat_id) = 1", name="one_recipient"),
        CheckConstraint("status IN ('queued', 'sending', 'delivered', 'failed')", name="status"),
        # Once per event and recipient, whatever is repeated.
        Index(
            "notifications_once_idx",
            "event_id",
            "kind",
            "user_id",
            "chat_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "notifications_living_idx",
            "subject_id",
            "kind",
            "user_id",
            "chat_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("subject_id IS NOT NULL"),
        ),
        Index("notifications_due_idx", "not_before", postgresql_where=text("status IN ('queued', 'sending')")),
        Index("notifications_done_idx", "finished_at", postgresql_where=text("status IN ('delivered', 'failed')")),
        SCHEMA,
    )

    id: Mapped[NotificationId] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[EventId]
    kind: Mapped[str]
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))
    chat_id: Mapped[ChatId | None] = mapped_column(ForeignKey("identity.chats.id"))
    subject_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    params: Mapped[dict[str, Any]]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # the trail of what it tells
    status: Mapped[str] = mapped_column(server_default=Delivery.QUEUED)
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    not_before: Mapped[datetime]
    message_id: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Card(Base):
    """The one living message of a purchase in its chat; it is stale while it shows less than the wanted version."""

    __tablename__ = "cards"
    __table_args__ = (
        Index("cards_stale_idx", "not_before", postgresql_where=text("wanted_version > shown_version")),
        Index("cards_message_id_idx", "message_id"),
        SCHEMA,
    )

    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"), primary_key=True)
    message_id: Mapped[int | None]
    wanted_version: Mapped[int] = mapped_column(server_default=text("0"))
    shown_version: Mapped[int] = mapped_column(server_default=text("0"))
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # the trail of the last change
    # Nobody edits it before: its chat's budget is used up, or a worker is at it right now.
    not_before: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))


class ChatBudget(Base):
    """When a Telegram chat may be written to again: the theoretical arrival time of GCRA, one row a chat."""

    __tablename__ = "chat_budgets"
    __table_args__ = (SCHEMA,)

    telegram_chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    arrival_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
