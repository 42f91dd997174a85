"""Purchases with their participants, invites and tasks, and what happened to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import ChatId, InviteId, PhotoId, PurchaseId, TaskId, UserId, new_id
from core.money import MINOR_MAX

SCHEMA = {"schema": "purchases"}
TITLE_LENGTH_MAX = 100
TITLE_FITS = f"char_length(title) BETWEEN 1 AND {TITLE_LENGTH_MAX}"


class PurchaseStatus(StrEnum):
    """How far a purchase has come."""

    ACTIVE = "active"
    LOCKED = "locked"
    CLOSED = "closed"


class TaskStatus(StrEnum):
    """How far a task has come; a void one stays visible in the history only."""

    OPEN = "open"
    ASSIGNED = "assigned"
    DONE = "done"
    VOID = "void"


class InviteStatus(StrEnum):
    """What an invited person has answered."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Purchase(Base):
    """What a group buys together. `version` grows with every change that anybody may see."""

    __tablename__ = "purchases"
    __table_args__ = (
        CheckConstraint(TITLE_FITS, name="title"),
        CheckConstraint("status IN ('active', 'locked', 'closed')", name="status"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("strategy IN ('accruals', 'minimal')", name="strategy"),
        CheckConstraint("(status = 'active') = (strategy IS NULL)", name="strategy_when_locked"),
        Index("purchases_chat_id_idx", "chat_id", "id"),
        Index("purchases_owner_id_idx", "owner_id"),
        SCHEMA,
    )

    id: Mapped[PurchaseId] = mapped_column(primary_key=True, default=new_id)
    chat_id: Mapped[ChatId | None] = mapped_column(ForeignKey("identity.chats.id"))
    thread_id: Mapped[int | None]
    owner_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    title: Mapped[str]
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=PurchaseStatus.ACTIVE)
    strategy: Mapped[str | None]
    due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    lock_number: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # how many times it was locked
    created_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Participant(Base):
    """A person who takes part in a purchase, or did until `left_at`."""

    __tablename__ = "participants"
    __table_args__ = (
        CheckConstraint("weight BETWEEN 1 AND 1000", name="weight"),
        Index("participants_user_id_idx", "user_id"),
        SCHEMA,
    )

    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    weight: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"), default=1)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Invite(Base):
    """An offer to one person to take part."""

    __tablename__ = "invites"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'accepted', 'declined')", name="status"),
        Index("invites_pending_idx", "purchase_id", "invitee_id", unique=True,
              postgresql_where=text("status = 'pending'")),
        Index("invites_invitee_id_idx", "invitee_id"),
        SCHEMA,
    )  # fmt: skip

    id: Mapped[InviteId] = mapped_column(primary_key=True, default=new_id)
    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"))
    invitee_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    inviter_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    status: Mapped[str] = mapped_column(server_default=InviteStatus.PENDING, default=InviteStatus.PENDING)
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Task(Base):
    """A thing to buy or to pay for; done with its cost, its payers and the shares that everything else reads."""

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("purchase_id", "number"),
        CheckConstraint(TITLE_FITS, name="title"),
        Index("tasks_receipt_id_idx", "receipt_id", postgresql_where=text("receipt_id IS NOT NULL")),
        CheckConstraint("status IN ('open', 'assigned', 'done', 'void')", name="status"),
        CheckConstraint("status <> 'assigned' OR assignee_id IS NOT NULL", name="assigned_to_somebody"),
        CheckConstraint("status <> 'done' OR (cost_minor IS NOT NULL AND split IS NOT NULL)", name="done_has_cost"),
        CheckConstraint(f"estimate_minor BETWEEN 0 AND {MINOR_MAX}", name="estimate"),
        CheckConstraint(f"cost_minor BETWEEN 0 AND {MINOR_MAX}", name="cost"),
        SCHEMA,
    )

    id: Mapped[TaskId] = mapped_column(primary_key=True, default=new_id)
    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"))
    number: Mapped[int]  # 1, 2, 3 ... within the purchase
    title: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=TaskStatus.OPEN, default=TaskStatus.OPEN)
    author_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    assignee_id: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))
    estimate_minor: Mapped[int | None]
    cost_minor: Mapped[int | None]
    split: Mapped[dict[str, Any] | None]
    receipt_id: Mapped[PhotoId | None] = mapped_column(ForeignKey("photos.photos.id"))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class TaskPayer(Base):
    """What one person paid for a task; the rows of a done task sum to its cost."""

    __tablename__ = "task_payers"
    __table_args__ = (CheckConstraint("paid_minor >= 0", name="paid"), SCHEMA)

    task_id: Mapped[TaskId] = mapped_column(ForeignKey("purchases.tasks.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    paid_minor: Mapped[int]


class TaskShare(Base):
    """What one person bears of a task; the rows of a done task sum to its cost."""

    __tablename__ = "task_shares"
    __table_args__ = (
        CheckConstraint("share_minor >= 0", name="share"),
        CheckConstraint("extra_minor IN (0, 1)", name="extra"),
        SCHEMA,
    )

    task_id: Mapped[TaskId] = mapped_column(ForeignKey("purchases.tasks.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    share_minor: Mapped[int]
    extra_minor: Mapped[int] = mapped_column(SmallInteger)  # 1: got a unit that could not be divided


class HistoryRow(Base):
    """What happened to a purchase, who did it and when; a missing actor is SyncBuy itself."""

    __tablename__ = "history"
    __table_args__ = (Index("history_purchase_id_idx", "purchase_id", "id"), SCHEMA)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"))
    actor_id: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))
    event_name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
