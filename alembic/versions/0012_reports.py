"""Reports that were asked for, and the files that they are."""

import sqlalchemy as sa
from alembic import op

revision = "0012_reports"
down_revision = "0011_operator_actions"

UNFINISHED = sa.text("status IN ('queued', 'running')")


def upgrade() -> None:
    op.execute("CREATE SCHEMA reports")
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("chat_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(user_id, chat_id) = 1", name=op.f("reports_one_reader_check")),
        sa.CheckConstraint(
            "purchase_id IS NOT NULL OR user_id IS NOT NULL", name=op.f("reports_about_something_check")
        ),
        sa.CheckConstraint("since IS NULL OR purchase_id IS NULL", name=op.f("reports_since_for_statements_check")),
        sa.CheckConstraint("format IN ('pdf', 'xlsx', 'csv', 'json', 'png')", name=op.f("reports_format_check")),
        sa.CheckConstraint("status IN ('queued', 'running', 'ready', 'failed')", name=op.f("reports_status_check")),
        sa.CheckConstraint(
            "(status IN ('queued', 'running')) = (finished_at IS NULL)", name=op.f("reports_finished_check")
        ),
        sa.CheckConstraint("(status = 'ready') = (digest IS NOT NULL)", name=op.f("reports_ready_has_digest_check")),
        sa.CheckConstraint("content IS NULL OR status = 'ready'", name=op.f("reports_content_when_ready_check")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("reports_purchase_id_fkey")),
        sa.ForeignKeyConstraint(["requested_by"], ["identity.users.id"], name=op.f("reports_requested_by_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("reports_user_id_fkey")),
        sa.ForeignKeyConstraint(["chat_id"], ["identity.chats.id"], name=op.f("reports_chat_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reports_pkey")),
        schema="reports",
    )
    op.create_index(
        "reports_one_unfinished_idx",
        "reports",
        ["purchase_id", "requested_by", "user_id", "chat_id", "format", "since"],
        unique=True,
        schema="reports",
        postgresql_nulls_not_distinct=True,
        postgresql_where=UNFINISHED,
    )
    op.create_index("reports_due_idx", "reports", ["not_before"], schema="reports", postgresql_where=UNFINISHED)
    op.create_index(
        "reports_kept_idx",
        "reports",
        ["finished_at"],
        schema="reports",
        postgresql_where=sa.text("content IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("reports", schema="reports")
    op.execute("DROP SCHEMA reports")
