"""Answers of creating requests, kept so that the same key has one effect."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class IdempotencyRow(Base):
    """What was answered to `key` within `scope` (who, method and route), and what the request looked like."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_expires_at_idx", "expires_at"), {"schema": "messaging"})

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
