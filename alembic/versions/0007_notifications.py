"""Notifications with their deliveries, cards, and the budgets of chats."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_notifications"
down_revision = "0006_payments"


def upgrade() -> None:
    op.execute("CREATE SCHEMA notifications")
    op.create_table(
        "chat_budgets",
        sa.Column("telegram_chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "arrival_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("telegram_chat_id", name=op.f("chat_budgets_pkey")),
        schema="notifications",
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("chat_id", sa.Uuid(), nullable=True),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'delivered', 'failed')", name=op.f("notifications_status_check")
        ),
        sa.CheckConstraint("num_nonnulls(user_id, chat_id) = 1", name=op.f("notifications_one_recipient_check")),
        sa.ForeignKeyConstraint(["chat_id"], ["identity.chats.id"], name=op.f("notifications_chat_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("notifications_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notifications_pkey")),
        schema="notifications",
    )
    op.create_index(
        "notifications_due_idx",
        "notifications",
        ["not_before"],
        unique=False,
        schema="notifications",
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(
        "notifications_once_idx",
        "notifications",
        ["event_id", "kind", "user_id", "chat_id"],
        unique=True,
        schema="notifications",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "cards",
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("wanted_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("shown_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("cards_purchase_id_fkey")),
        sa.PrimaryKeyConstraint("purchase_id", name=op.f("cards_pkey")),
        schema="notifications",
    )
    op.create_index("cards_message_id_idx", "cards", ["message_id"], unique=False, schema="notifications")
    op.create_index(
        "cards_stale_idx",
        "cards",
        ["not_before"],
        unique=False,
        schema="notifications",
        postgresql_where=sa.text("wanted_version > shown_version"),
    )


def downgrade() -> None:
    op.execute("DROP SCHEMA notifications CASCADE")
