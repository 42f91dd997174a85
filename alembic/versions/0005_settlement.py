"""Intents: the debts of locked distributions."""

import sqlalchemy as sa
from alembic import op

revision = "0005_settlement"
down_revision = "0004_purchases"


def upgrade() -> None:
    op.execute("CREATE SCHEMA settlement")
    op.create_table(
        "intents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("lock_number", sa.BigInteger(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="created", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status <> 'canceled' OR paid_minor = 0", name=op.f("intents_canceled_unpaid_check")),
        sa.CheckConstraint(
            "status <> 'succeeded' OR paid_minor + written_off_minor = amount_minor",
            name=op.f("intents_succeeded_in_full_check"),
        ),
        sa.CheckConstraint(
            "status IN ('created', 'awaiting', 'succeeded', 'canceled', 'expired', 'refunded')",
            name=op.f("intents_status_check"),
        ),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("intents_amount_check")),
        sa.CheckConstraint("paid_minor + written_off_minor <= amount_minor", name=op.f("intents_never_overpaid_check")),
        sa.CheckConstraint("paid_minor >= 0 AND written_off_minor >= 0", name=op.f("intents_parts_check")),
        sa.CheckConstraint("payer_id <> payee_id", name=op.f("intents_two_people_check")),
        sa.ForeignKeyConstraint(["payee_id"], ["identity.users.id"], name=op.f("intents_payee_id_fkey")),
        sa.ForeignKeyConstraint(["payer_id"], ["identity.users.id"], name=op.f("intents_payer_id_fkey")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("intents_purchase_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("intents_pkey")),
        sa.UniqueConstraint(
            "purchase_id",
            "lock_number",
            "payer_id",
            "payee_id",
            name=op.f("intents_purchase_id_lock_number_payer_id_payee_id_key"),
        ),
        schema="settlement",
    )
    op.create_index(
        "intents_due_idx",
        "intents",
        ["due_at"],
        unique=False,
        schema="settlement",
        postgresql_where=sa.text("status = 'created'"),
    )
    op.create_index("intents_payee_id_idx", "intents", ["payee_id", "status"], unique=False, schema="settlement")
    op.create_index("intents_payer_id_idx", "intents", ["payer_id", "status"], unique=False, schema="settlement")


def downgrade() -> None:
    op.execute("DROP SCHEMA settlement CASCADE")
