"""Budgets of requests."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Budget(Base):
    """When whoever is named may ask again: the theoretical arrival time of GCRA.

    The table is unlogged: after a crash of the server everybody has their budget anew, and no request waits for a disk.
    """

    __tablename__ = "budgets"
    # No index on what changes with each request, and room in each page: an update stays in its page (HOT).
    __table_args__ = ({"schema": "messaging", "prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": 50}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    arrival_at: Mapped[datetime]
