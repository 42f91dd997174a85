"""Intents: the debts that a locked distribution leaves."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import IntentId, PurchaseId, UserId, new_id
from core.money import MINOR_MAX


class Strategy(StrEnum):
    """How shares become debts."""

    ACCRUALS = "accruals"
    MINIMAL = "minimal"


class IntentStatus(StrEnum):
    """How far a debt has come."""

    CREATED = "created"
    AWAITING = "awaiting"  # an attempt to pay it is open
    SUCCEEDED = "succeeded"  # paid or written off in full
    CANCELED = "canceled"  # the distribution was unlocked
    EXPIRED = "expired"  # past its due date, and still payable
    REFUNDED = "refunded"  # all that was paid went back, and nothing is owed any more


PAYABLE = (IntentStatus.CREATED, IntentStatus.EXPIRED)
OPEN = (*PAYABLE, IntentStatus.AWAITING)


class Intent(Base):
    """A debt: the payer owes the payee an amount. What is left is the amount less what was paid or written off."""

    __tablename__ = "intents"
    __table_args__ = (
        UniqueConstraint("purchase_id", "lock_number", "payer_id", "payee_id"),
        CheckConstraint("payer_id <> payee_id", name="two_people"),
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("paid_minor >= 0 AND written_off_minor >= 0", name="parts"),
        CheckConstraint("paid_minor + written_off_minor <= amount_minor", name="never_overpaid"),
        CheckConstraint(
            "status <> 'succeeded' OR paid_minor + written_off_minor = amount_minor", name="succeeded_in_full"
        ),
        CheckConstraint("status <> 'canceled' OR paid_minor = 0", name="canceled_unpaid"),
        CheckConstraint("refunded_minor BETWEEN 0 AND paid_minor", name="never_refunded_more"),
        CheckConstraint(
            "status <> 'refunded' OR refunded_minor = paid_minor AND paid_minor + written_off_minor = amount_minor",
            name="refunded_in_full",
        ),
        CheckConstraint(
            "status IN ('created', 'awaiting', 'succeeded', 'canceled', 'expired', 'refunded')", name="status"
        ),
        Index("intents_payer_id_idx", "payer_id", "status"),
        Index("intents_payee_id_idx", "payee_id", "status"),
        Index("intents_due_idx", "due_at",
              postgresql_where=text("expired_at IS NULL AND status IN ('created', 'expired')")),
        {"schema": "settlement"},
    )  # fmt: skip

    id: Mapped[IntentId] = mapped_column(primary_key=True, default=new_id)
    purchase_id: Mapped[PurchaseId] = mapped_column(ForeignKey("purchases.purchases.id"))
    lock_number: Mapped[int]
    payer_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    payee_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    amount_minor: Mapped[int]
    paid_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    written_off_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    refunded_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # of what was paid
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=IntentStatus.CREATED, default=IntentStatus.CREATED)
    due_at: Mapped[datetime]
    expired_at: Mapped[datetime | None]  # when it was noticed that the due date is over; that is an event, once
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    created_at: Mapped[datetime]

    @property
    def left_minor(self) -> int:
        """Return what is still to be paid, in minor units."""
        return self.amount_minor - self.paid_minor - self.written_off_minor
