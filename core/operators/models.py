"""A record of what operators did."""

from datetime import datetime

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class OperatorAction(Base):
    """An operator did something: written in the transaction that did it, and never changed (a trigger sees to it)."""

    __tablename__ = "operator_actions"
    __table_args__ = ({"schema": "messaging"},)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    operator: Mapped[str]
    action: Mapped[str]  # the words of the command line: "refunds create"
    subject: Mapped[str]  # what it was done to: an id, or a name
