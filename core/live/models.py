"""What changed that somebody may be looking at, and who may see it; kept for a day."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import PurchaseId, UserId


class Kind(StrEnum):
    """What a change is about; its object is of that kind."""

    PURCHASE = "purchase"
    INTENT = "intent"
    ATTEMPT = "attempt"
    ORDER = "order"
    REPORT = "report"
    ACCOUNT = "account"  # the balance of a wallet or what is held of it; the object is what moved the money


class Change(Base):
    """A change, and everybody who may see it: decided once, when it is written.

    Ids grow in the order of the commits (`record_changes` sees to it), so whoever has read up to one has missed nothing
    before it.
    """

    __tablename__ = "changes"
    __table_args__ = (
        CheckConstraint("kind IN ('purchase', 'intent', 'attempt', 'order', 'report', 'account')", name="kind"),
        CheckConstraint("cardinality(readers) > 0", name="somebody_reads_it"),
        Index("changes_recorded_at_idx", "recorded_at"),
        {"schema": "live"},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    event: Mapped[str]
    object_id: Mapped[UUID]
    purchase_id: Mapped[PurchaseId | None]
    readers: Mapped[list[UserId]] = mapped_column(ARRAY(Uuid()))
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
