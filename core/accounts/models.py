"""What is held of a wallet for an order, requests to withdraw, and how much a person moved on a day."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import OrderId, UserId, WithdrawalId, new_id
from core.money import MINOR_MAX

SCHEMA = {"schema": "accounts"}


class HoldStatus(StrEnum):
    """What became of the money for an order. A refusal is final too: it cannot turn into a debit later."""

    HELD = "held"
    REFUSED = "refused"
    CAPTURED = "captured"
    VOIDED = "voided"


class Hold(Base):
    """The money for one order, taken from a wallet at most once, whatever message asks for it."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("status IN ('held', 'refused', 'captured', 'voided')", name="status"),
        CheckConstraint("(status = 'refused') = (reason IS NOT NULL)", name="refused_for_a_reason"),
        SCHEMA,
    )

    order_id: Mapped[OrderId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    amount_minor: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class WithdrawalStatus(StrEnum):
    """How far a request to withdraw has come; the last two are final."""

    REQUESTED = "requested"
    PAID = "paid"
    REJECTED = "rejected"


class Withdrawal(Base):
    """A request to send money of a wallet outside, which an operator settles."""

    __tablename__ = "withdrawals"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("status IN ('requested', 'paid', 'rejected')", name="status"),
        CheckConstraint("(status = 'requested') = (settled_at IS NULL)", name="settled"),
        Index("withdrawals_user_id_idx", "user_id", "id"),
        Index("withdrawals_open_idx", "id", postgresql_where=text("status = 'requested'")),
        SCHEMA,
    )

    id: Mapped[WithdrawalId] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    amount_minor: Mapped[int]
    currency: Mapped[str]
    destination: Mapped[str]  # where to send it, as the person wrote it
    status: Mapped[str] = mapped_column(server_default=WithdrawalStatus.REQUESTED, default=WithdrawalStatus.REQUESTED)
    operator: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class DailyTotal(Base):
    """How much a person has set in motion on a day (UTC) in a currency."""

    __tablename__ = "daily_totals"
    __table_args__ = (CheckConstraint("total_minor > 0", name="total"), SCHEMA)

    user_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    total_minor: Mapped[int]
