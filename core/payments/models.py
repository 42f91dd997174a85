"""Attempts: each try to pay a debt or to top up an account, by one rail."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import AttemptId, IntentId, UserId, new_id
from core.money import MINOR_MAX


class Rail(StrEnum):
    """How money moves."""

    MANUAL = "manual"  # outside, confirmed by the payee
    WALLET = "wallet"  # an order
    PROVIDER = "provider"  # a payment link


class AttemptStatus(StrEnum):
    """How far an attempt has come; the last four never change (a trigger sees to it)."""

    CREATED = "created"
    PENDING_CONFIRMATION = "pending_confirmation"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    FAILED = "failed"
    EXPIRED = "expired"


OPEN = (AttemptStatus.CREATED, AttemptStatus.PENDING_CONFIRMATION)


class Attempt(Base):
    """One try to pay. A debt has one open attempt at a time."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("rail IN ('manual', 'wallet', 'provider')", name="rail"),
        CheckConstraint("rail <> 'manual' OR intent_id IS NOT NULL", name="manual_pays_a_debt"),
        CheckConstraint(
            "status IN ('created', 'pending_confirmation', 'succeeded', 'canceled', 'failed', 'expired')",
            name="status",
        ),
        CheckConstraint("(status IN ('created', 'pending_confirmation')) = (finished_at IS NULL)", name="finished"),
        Index("attempts_one_open_idx", "intent_id", unique=True,
              postgresql_where=text("status IN ('created', 'pending_confirmation')")),
        Index("attempts_intent_id_idx", "intent_id", "id"),
        Index("attempts_payer_id_idx", "payer_id", "id"),
        Index("attempts_confirm_by_idx", "confirm_by", postgresql_where=text("status = 'pending_confirmation'")),
        {"schema": "payments"},
    )  # fmt: skip

    id: Mapped[AttemptId] = mapped_column(primary_key=True, default=new_id)
    intent_id: Mapped[IntentId | None] = mapped_column(ForeignKey("settlement.intents.id"))
    payer_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    rail: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    proof_file_id: Mapped[str | None]
    confirm_by: Mapped[datetime | None]  # a manual attempt that nobody answered confirms itself then
    reason: Mapped[str | None]  # why it did not succeed, or "auto" where nobody answered in time
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
