"""Budgets of requests."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Budget(Base):
    """When whoever is named may ask again: the theoretical arrival time of GCRA.

    The table is unlogged: after a crash of the server everybody has their budget anew, and no request waits for a disk.
    """

    __tablename__ = "budgets"
    __table_args__ = (
        Index("budgets_arrival_at_idx", "arrival_at"),
        {"schema": "messaging", "prefixes": ["UNLOGGED"]},
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    arrival_at: Mapped[datetime]
