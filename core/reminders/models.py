"""Reminders of debts: one row for each person, debt and moment, of which one at a time waits."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import EventId, IntentId, UserId
from core.reminders.schedule import Stage


class ReminderStatus(StrEnum):
    """What became of a reminder."""

    WAITING = "waiting"
    SENT = "sent"  # a notification was queued
    SKIPPED = "skipped"  # there was nothing to say at its moment: paid, being paid, or canceled


IS_WAITING = text("status = 'waiting'")


class Reminder(Base):
    """A reminder of a debt to its payer, or word of it to the organiser. With the next one it is planned anew."""

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("stage IN ({})".format(", ".join(f"'{stage}'" for stage in Stage)), name="stage"),
        CheckConstraint("status IN ('waiting', 'sent', 'skipped')", name="status"),
        CheckConstraint("(status = 'sent') = (event_id IS NOT NULL)", name="sent_in"),
        CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name="finished"),
        Index("reminders_one_waiting_idx", "intent_id", "user_id", unique=True, postgresql_where=IS_WAITING),
        Index("reminders_due_idx", "at", postgresql_where=IS_WAITING),
        Index("reminders_user_id_idx", "user_id"),
        Index("reminders_event_id_idx", "event_id", postgresql_where=text("event_id IS NOT NULL")),
        {"schema": "reminders"},
    )

    intent_id: Mapped[IntentId] = mapped_column(ForeignKey("settlement.intents.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)  # who is told
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    stage: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default=ReminderStatus.WAITING, default=ReminderStatus.WAITING)
    event_id: Mapped[EventId | None]  # of the notification in which it was sent, perhaps with others
    finished_at: Mapped[datetime | None]
