"""The double-entry book: currencies, accounts, journals, transfers and entries; only `ledger.post()` moves money."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ledger.chart import NORMAL_SIDE, WITHOUT_FLOOR, Side

SCHEMA = {"schema": "ledger"}
BALANCE = "CASE normal_side WHEN 'D' THEN debits - credits ELSE credits - debits END"
# The natural key: the same kind, currency, people, purchase, order, provider and shard are the same account.
NAME = (
    "kind || ':' || currency || ':' || coalesce(owner_id::text, '') || ':' || coalesce(counterparty_id::text, '') "
    "|| ':' || coalesce(purchase_id::text, '') || ':' || coalesce(order_id::text, '') || ':' || coalesce(provider, '') "
    "|| ':' || shard::text"
)
MAY_BE_BELOW_ZERO = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in WITHOUT_FLOOR))
GROWS_BY_DEBITS = "kind IN ({})".format(
    ", ".join(f"'{kind}'" for kind, side in NORMAL_SIDE.items() if side is Side.DEBIT)
)
KINDS = (
    "'wallet', 'escrow', 'provider_clearing', 'refund_clearing', 'bank', 'fee_expense', 'fee_revenue', "
    "'debt_receivable', 'debt_payable', 'suspense', 'sales'"
)


class Currency(Base):
    """A currency and how many decimal digits its minor unit has; a trigger keeps that for ever."""

    __tablename__ = "currencies"
    __table_args__ = (
        CheckConstraint("code ~ '^[A-Z]{3}$'", name="code"),
        CheckConstraint("exponent BETWEEN 0 AND 4", name="exponent"),
        SCHEMA,
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    exponent: Mapped[int] = mapped_column(SmallInteger)


class Account(Base):
    """Where money is or whom it is owed to. `debits` and `credits` only grow, and can be derived from the entries.

    What names an account never changes, or its money would change hands without a posting: a trigger sees to it.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"normal_side = CASE WHEN {GROWS_BY_DEBITS} THEN 'D' ELSE 'C' END", name="side"),
        CheckConstraint("debits >= 0 AND credits >= 0 AND version >= 0", name="counters"),
        CheckConstraint(f"{MAY_BE_BELOW_ZERO} OR ({BALANCE}) >= 0", name="floor"),
        CheckConstraint(
            "CASE WHEN kind IN ('debt_receivable', 'debt_payable') "
            "THEN num_nonnulls(owner_id, counterparty_id, purchase_id) = 3 AND owner_id <> counterparty_id "
            "ELSE counterparty_id IS NULL END",
            name="pair",
        ),
        UniqueConstraint("id", "currency"),
        Index("accounts_wallets_idx", "owner_id", postgresql_where=text("kind = 'wallet'")),
        {**SCHEMA, "postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Computed(NAME, persisted=True), unique=True)
    kind: Mapped[str]
    currency: Mapped[str] = mapped_column(ForeignKey("ledger.currencies.code"))
    owner_id: Mapped[UUID | None]
    counterparty_id: Mapped[UUID | None]
    purchase_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    provider: Mapped[str | None]
    shard: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    normal_side: Mapped[str]
    debits: Mapped[int] = mapped_column(server_default=text("0"))
    credits: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    closed_at: Mapped[datetime | None]
    balance: Mapped[int] = mapped_column(Computed(BALANCE, persisted=True))


class Journal(Base):
    """One fact: its key names it for ever, its fingerprint tells whether a repeat says the same."""

    __tablename__ = "journals"
    __table_args__ = (CheckConstraint("length(key) BETWEEN 8 AND 200", name="key"), SCHEMA)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    reverses: Mapped[int | None] = mapped_column(ForeignKey("ledger.journals.id"), unique=True)
    meta: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    event_at: Mapped[datetime]  # when it happened
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())  # when it was written


class Transfer(Base):
    """One leg of a journal: an amount from one account to another of the same currency, which the keys see to."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("journal_id", "leg"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        ForeignKeyConstraint(["debit_id", "currency"], ["ledger.accounts.id", "ledger.accounts.currency"]),
        ForeignKeyConstraint(["credit_id", "currency"], ["ledger.accounts.id", "ledger.accounts.currency"]),
        SCHEMA,
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("ledger.journals.id"))
    leg: Mapped[int] = mapped_column(SmallInteger)
    debit_id: Mapped[int]
    credit_id: Mapped[int]
    currency: Mapped[str]
    amount: Mapped[int]


class Entry(Base):
    """One side of a transfer as its account sees it; versions without a gap and running totals make a chain."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("transfer_id", "side"),
        CheckConstraint("side IN ('D', 'C')", name="side"),
        CheckConstraint("amount > 0", name="amount"),
        SCHEMA,
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("ledger.accounts.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("ledger.transfers.id"))
    side: Mapped[str]
    amount: Mapped[int]
    debits_after: Mapped[int]
    credits_after: Mapped[int]


class Audit(Base):
    """A check of the book against its invariants, by the database's clock."""

    __tablename__ = "audits"
    __table_args__ = (Index("audits_audited_at_idx", "audited_at"), SCHEMA)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    audited_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    violations: Mapped[int]
    details: Mapped[dict[str, Any]]  # the first hundred of them
