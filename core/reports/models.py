"""Reports that were asked for, how far they have come, and the files that they are."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from core.db import Base
from core.ids import ChatId, PurchaseId, ReportId, UserId, new_id


class ReportFormat(StrEnum):
    """What kind of file a report is."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    PNG = "png"  # who owes whom, as a picture


class ReportStatus(StrEnum):
    """How far a report has come."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"  # after the last attempt; an operator can let it be tried again


UNFINISHED = (ReportStatus.QUEUED, ReportStatus.RUNNING)
IS_UNFINISHED = text("status IN ('queued', 'running')")
# Who asks for the same again while it is made gets that one.
SAME = ("purchase_id", "requested_by", "user_id", "chat_id", "format", "since")


class Report(Base):
    """A report about a purchase, or without one about the person it is for (a statement).

    It is for a chat or for a person in private. Where nobody asked, SyncBuy itself posts it at the close.
    """

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, chat_id) = 1", name="one_reader"),
        CheckConstraint("purchase_id IS NOT NULL OR user_id IS NOT NULL", name="about_something"),
        CheckConstraint("since IS NULL OR purchase_id IS NULL", name="since_for_statements"),
        CheckConstraint("format IN ('pdf', 'xlsx', 'csv', 'json', 'png')", name="format"),
        CheckConstraint("status IN ('queued', 'running', 'ready', 'failed')", name="status"),
        CheckConstraint("(status IN ('queued', 'running')) = (finished_at IS NULL)", name="finished"),
        CheckConstraint("(status = 'ready') = (digest IS NOT NULL)", name="ready_has_digest"),
        CheckConstraint("content IS NULL OR status = 'ready'", name="content_when_ready"),
        Index(
            "reports_one_unfinished_idx",
            *SAME,
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=IS_UNFINISHED,
        ),
        Index("reports_due_idx", "not_before", postgresql_where=IS_UNFINISHED),
        Index("reports_kept_idx", "finished_at", postgresql_where=text("content IS NOT NULL")),
        {"schema": "reports"},
    )

    id: Mapped[ReportId] = mapped_column(primary_key=True, default=new_id)
    purchase_id: Mapped[PurchaseId | None] = mapped_column(ForeignKey("purchases.purchases.id"))
    requested_by: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))
    chat_id: Mapped[ChatId | None] = mapped_column(ForeignKey("identity.chats.id"))
    since: Mapped[datetime | None]  # a statement leaves out what was before
    format: Mapped[str]
    language: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=ReportStatus.QUEUED)
    error: Mapped[str | None]  # of the last attempt
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    not_before: Mapped[datetime]  # nobody makes it before: somebody is at it, or the last attempt failed just now
    file_name: Mapped[str | None]
    digest: Mapped[str | None]  # SHA-256 of the file, in hexadecimal digits
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # forgotten after some days
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
