"""Attempts to pay debts; their final states never change."""

import sqlalchemy as sa
from alembic import op

revision = "0006_payments"
down_revision = "0005_settlement"

FINAL = (
    """
CREATE FUNCTION payments.keep_final_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'attempt % is final', OLD.id USING ERRCODE = '23514';
END $$
    """,
    """
CREATE TRIGGER attempts_keep_final_status BEFORE UPDATE ON payments.attempts FOR EACH ROW
    WHEN (OLD.status IN ('succeeded', 'canceled', 'failed', 'expired') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION payments.keep_final_status()
    """,
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA payments")
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intent_id", sa.Uuid(), nullable=True),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proof_file_id", sa.Text(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('created', 'pending_confirmation')) = (finished_at IS NULL)",
            name=op.f("attempts_finished_check"),
        ),
        sa.CheckConstraint("rail <> 'manual' OR intent_id IS NOT NULL", name=op.f("attempts_manual_pays_a_debt_check")),
        sa.CheckConstraint("rail IN ('manual', 'wallet', 'provider')", name=op.f("attempts_rail_check")),
        sa.CheckConstraint(
            "status IN ('created', 'pending_confirmation', 'succeeded', 'canceled', 'failed', 'expired')",
            name=op.f("attempts_status_check"),
        ),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("attempts_amount_check")),
        sa.ForeignKeyConstraint(["intent_id"], ["settlement.intents.id"], name=op.f("attempts_intent_id_fkey")),
        sa.ForeignKeyConstraint(["payer_id"], ["identity.users.id"], name=op.f("attempts_payer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempts_pkey")),
        schema="payments",
    )
    op.create_index(
        "attempts_confirm_by_idx",
        "attempts",
        ["confirm_by"],
        unique=False,
        schema="payments",
        postgresql_where=sa.text("status = 'pending_confirmation'"),
    )
    op.create_index("attempts_intent_id_idx", "attempts", ["intent_id", "id"], unique=False, schema="payments")
    op.create_index(
        "attempts_one_open_idx",
        "attempts",
        ["intent_id"],
        unique=True,
        schema="payments",
        postgresql_where=sa.text("status IN ('created', 'pending_confirmation')"),
    )
    op.create_index("attempts_payer_id_idx", "attempts", ["payer_id", "id"], unique=False, schema="payments")
    for statement in FINAL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA payments CASCADE")
