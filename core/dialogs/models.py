"""Where a person stands in an unfinished conversation, so that a restart loses nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Dialog(Base):
    """The state of one person's conversation in one chat; forgotten after a time without a word."""

    __tablename__ = "dialogs"
    __table_args__ = (Index("dialogs_updated_at_idx", "updated_at"), {"schema": "identity"})

    key: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
