"""Reminders, when people want to be left alone, debts that expired, and what the last audits found."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_reminders"
down_revision = "0012_reports"

NOT_YET = "expired_at IS NULL AND status IN ('created', 'expired')"
# Debts that are older than this are reminded of from their due date on; of what is past that, once and soon.
OF_OPEN_DEBTS = """
INSERT INTO reminders.reminders (intent_id, user_id, number, stage, at)
SELECT id, payer_id, 1, 'due', due_at FROM settlement.intents WHERE status IN ('created', 'awaiting', 'expired')
"""


def upgrade() -> None:
    chosen: tuple[sa.Column[Any], ...] = (
        sa.Column("quiet_from", sa.Time(), server_default="22:00", nullable=False),
        sa.Column("quiet_until", sa.Time(), server_default="09:00", nullable=False),
        sa.Column("remind", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("remind_before_days", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("remind_when_due", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("remind_every_days", sa.SmallInteger(), server_default="3", nullable=False),
    )
    for column in chosen:
        op.add_column("users", column, schema="identity")
    op.create_check_constraint(
        op.f("users_remind_check"),
        "users",
        "remind_before_days BETWEEN 0 AND 30 AND remind_every_days BETWEEN 0 AND 30",
        schema="identity",
    )
    op.add_column("intents", sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True), schema="settlement")
    op.drop_index("intents_due_idx", table_name="intents", schema="settlement")
    op.create_index("intents_due_idx", "intents", ["due_at"], schema="settlement", postgresql_where=sa.text(NOT_YET))
    _make_reminders()
    op.execute(OF_OPEN_DEBTS)
    op.create_table(
        "audits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("audited_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("violations", sa.BigInteger(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audits_pkey")),
        schema="ledger",
    )
    op.create_index("audits_audited_at_idx", "audits", ["audited_at"], schema="ledger")


def _make_reminders() -> None:
    op.execute("CREATE SCHEMA reminders")
    op.create_table(
        "reminders",
        sa.Column("intent_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('before', 'due', 'after', 'snoozed', 'overdue')", name=op.f("reminders_stage_check")
        ),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'skipped')", name=op.f("reminders_status_check")),
        sa.CheckConstraint("(status = 'sent') = (event_id IS NOT NULL)", name=op.f("reminders_sent_in_check")),
        sa.CheckConstraint("(status = 'waiting') = (finished_at IS NULL)", name=op.f("reminders_finished_check")),
        sa.ForeignKeyConstraint(["intent_id"], ["settlement.intents.id"], name=op.f("reminders_intent_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("reminders_user_id_fkey")),
        sa.PrimaryKeyConstraint("intent_id", "user_id", "number", name=op.f("reminders_pkey")),
        schema="reminders",
    )
    waiting = sa.text("status = 'waiting'")
    for name, columns, is_unique, where in (
        ("reminders_one_waiting_idx", ["intent_id", "user_id"], True, waiting),
        ("reminders_due_idx", ["at"], False, waiting),
        ("reminders_user_id_idx", ["user_id"], False, None),
        ("reminders_event_id_idx", ["event_id"], False, sa.text("event_id IS NOT NULL")),
    ):
        op.create_index(name, "reminders", columns, unique=is_unique, schema="reminders", postgresql_where=where)


def downgrade() -> None:
    op.drop_table("audits", schema="ledger")
    op.drop_table("reminders", schema="reminders")
    op.execute("DROP SCHEMA reminders")
    op.drop_index("intents_due_idx", table_name="intents", schema="settlement")
    op.create_index(
        "intents_due_idx", "intents", ["due_at"], schema="settlement", postgresql_where=sa.text("status = 'created'")
    )
    op.drop_column("intents", "expired_at", schema="settlement")
    op.drop_constraint(op.f("users_remind_check"), "users", schema="identity")
    chosen = ("quiet_from", "quiet_until", "remind", "remind_before_days", "remind_when_due", "remind_every_days")
    for column in chosen:
        op.drop_column("users", column, schema="identity")
