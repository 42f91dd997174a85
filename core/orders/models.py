"""Orders and how far they have come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import AttemptId, OrderId, UserId, new_id
from core.money import MINOR_MAX

DESCRIPTION_LENGTH_MAX = 200


class OrderStatus(StrEnum):
    """How far an order has come; the last two never change (a trigger sees to it)."""

    NEW = "new"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Order(Base):
    """A request to pay an amount, in minor units, from the person's wallet: a debt, or a sale of the house.

    `attempt_id` is the attempt to pay a debt that this order carries out.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("status IN ('new', 'finished', 'cancelled')", name="status"),
        CheckConstraint("(status = 'new') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("(status = 'cancelled') = (reason IS NOT NULL)", name="cancelled_for_a_reason"),
        Index("orders_user_id_idx", "user_id", "id"),
        Index("orders_unfinished_idx", "created_at", postgresql_where=text("status = 'new'")),
        {"schema": "orders"},
    )

    id: Mapped[OrderId] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    attempt_id: Mapped[AttemptId | None] = mapped_column(ForeignKey("payments.attempts.id"), unique=True)
    amount_minor: Mapped[int]
    currency: Mapped[str]
    description: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=OrderStatus.NEW, default=OrderStatus.NEW)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
