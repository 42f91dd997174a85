"""Attempts to pay a debt or to top up a wallet, refunds, and notices of providers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import AttemptId, IntentId, PhotoId, RefundId, UserId, new_id
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


SCHEMA = {"schema": "payments"}
OPEN = (AttemptStatus.CREATED, AttemptStatus.PENDING_CONFIRMATION)


class Attempt(Base):
    """One try to pay. A debt has one open attempt at a time."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("rail IN ('manual', 'wallet', 'provider')", name="rail"),
        CheckConstraint("rail = 'provider' OR intent_id IS NOT NULL", name="only_a_provider_tops_up"),
        CheckConstraint("(rail = 'provider') = (provider IS NOT NULL)", name="provider"),
        CheckConstraint("service_fee_minor >= 0 AND service_fee_minor < amount_minor", name="service_fee"),
        CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="never_refunded_more"),
        CheckConstraint("refunded_minor = 0 OR status = 'succeeded'", name="refunded_when_paid"),
        UniqueConstraint("provider", "provider_payment_id"),
        CheckConstraint(
            "status IN ('created', 'pending_confirmation', 'succeeded', 'canceled', 'failed', 'expired')",
            name="status",
        ),
        CheckConstraint("(status IN ('created', 'pending_confirmation')) = (finished_at IS NULL)", name="finished"),
        Index("attempts_one_open_idx", "intent_id", unique=True,
              postgresql_where=text("status IN ('created', 'pending_confirmation')")),
        Index("attempts_intent_id_idx", "intent_id", "id"),
        Index("attempts_payer_id_idx", "payer_id", "id"),
        Index("attempts_proof_id_idx", "proof_id", postgresql_where=text("proof_id IS NOT NULL")),
        Index("attempts_confirm_by_idx", "confirm_by", postgresql_where=text("status = 'pending_confirmation'")),
        Index("attempts_call_idx", "next_call_at",
              postgresql_where=text("status IN ('created', 'pending_confirmation') AND rail = 'provider'")),
        SCHEMA,
    )  # fmt: skip

    id: Mapped[AttemptId] = mapped_column(primary_key=True, default=new_id)
    intent_id: Mapped[IntentId | None] = mapped_column(ForeignKey("settlement.intents.id"))
    payer_id: Mapped[UserId] = mapped_column(ForeignKey("identity.users.id"))
    rail: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str]
    service_fee_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # what the house keeps of it
    refunded_minor: Mapped[int] = mapped_column(server_default=text("0"), default=0)  # gone back, or on its way
    proof_id: Mapped[PhotoId | None] = mapped_column(ForeignKey("photos.photos.id"))
    confirm_by: Mapped[datetime | None]  # a manual attempt that nobody answered confirms itself then
    reason: Mapped[str | None]  # why it did not succeed, or "auto" where nobody answered in time
    provider: Mapped[str | None]
    provider_payment_id: Mapped[str | None]
    confirmation_url: Mapped[str | None]  # where the payer goes to pay
    provider_fee_minor: Mapped[int | None]  # what the provider kept of it
    next_call_at: Mapped[datetime | None]  # when the provider is asked next
    calls: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    asked_at: Mapped[datetime | None]  # when the provider was first asked to create it
    authorized_by: Mapped[str | None]  # the pre-checkout query that was answered with yes
    authorized_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RefundStatus(StrEnum):
    """How far a refund has come; the last two never change (a trigger sees to it)."""

    REQUESTED = "requested"  # the organiser asked, and whose money it is has not agreed yet
    PENDING = "pending"  # on its way: the provider, or the receiver's "received", is awaited
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


UNFINISHED = (RefundStatus.REQUESTED, RefundStatus.PENDING)


class Refund(Base):
    """Money of an attempt that goes back, in minor units, by the rail it came by."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(f"amount_minor BETWEEN 1 AND {MINOR_MAX}", name="amount"),
        CheckConstraint("service_fee_minor BETWEEN 0 AND amount_minor", name="service_fee"),
        CheckConstraint("status IN ('requested', 'pending', 'succeeded', 'canceled')", name="status"),
        CheckConstraint("(status IN ('requested', 'pending')) = (finished_at IS NULL)", name="finished"),
        UniqueConstraint("provider_refund_id", "attempt_id"),
        Index("refunds_attempt_id_idx", "attempt_id"),
        Index(
            "refunds_one_unfinished_idx",
            "attempt_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'pending')"),
        ),
        Index("refunds_call_idx", "next_call_at", postgresql_where=text("status = 'pending'")),
        SCHEMA,
    )  # fmt: skip

    id: Mapped[RefundId] = mapped_column(primary_key=True, default=new_id)
    attempt_id: Mapped[AttemptId] = mapped_column(ForeignKey("payments.attempts.id"))
    amount_minor: Mapped[int]
    service_fee_minor: Mapped[int]  # of it, what the house gives back
    currency: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    requested_by: Mapped[UserId | None] = mapped_column(ForeignKey("identity.users.id"))  # None: an operator
    operator: Mapped[str | None]
    provider_refund_id: Mapped[str | None]
    confirm_by: Mapped[datetime | None]
    next_call_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class NoticeStatus(StrEnum):
    """What became of a notice of a provider."""

    STORED = "stored"  # waits to be taken
    PARKED = "parked"  # speaks of something that is not known yet; tried again
    DONE = "done"
    IGNORED = "ignored"  # speaks of nothing that we follow
    NOT_UNDERSTOOD = "not_understood"
    SUSPENSE = "suspense"  # money that nobody can place; an operator has to look


class NoticeRow(Base):
    """A genuine notice of a provider as it came, stored once for each identity that the provider gives it."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("provider", "dedup_key"),
        CheckConstraint(
            "status IN ('stored', 'parked', 'done', 'ignored', 'not_understood', 'suspense')", name="status"
        ),
        Index("notices_due_idx", "next_try_at", postgresql_where=text("status IN ('stored', 'parked')")),
        Index("notices_received_at_idx", "received_at"),
        Index("notices_done_idx", "finished_at", postgresql_where=text("status IN ('done', 'ignored')")),
        SCHEMA,
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    provider: Mapped[str]
    dedup_key: Mapped[str]
    event: Mapped[str]
    key_id: Mapped[str]  # which of our keys it was signed with, or the rule by which it was believed
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]]
    query: Mapped[dict[str, Any]]
    peer: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=NoticeStatus.STORED, default=NoticeStatus.STORED)
    detail: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    next_try_at: Mapped[datetime]
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
