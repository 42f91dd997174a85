"""The inbox: which messages were handled already, by whom."""

from datetime import datetime

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class InboxRow(Base):
    """`source` has handled the message `message_id`, in the transaction that wrote this row."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_handled_at_idx", "handled_at"), {"schema": "messaging"})

    source: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
