"""Purchases with participants, invites, tasks and their history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_purchases"
down_revision = "0003_ledger"

# What a done task cost is exactly what was paid for it and exactly what its sharers bear. Checked when the transaction
# commits, because the rows are written one after the other.
SUMS = """
CREATE FUNCTION purchases.check_task_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME WHEN 'tasks' THEN to_jsonb(NEW) ->> 'id'
                    ELSE coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'task_id' END;
    task purchases.tasks;
BEGIN
    SELECT * INTO task FROM purchases.tasks WHERE id = checked;
    IF task.status = 'done' AND (
        task.cost_minor <> (SELECT coalesce(sum(paid_minor), 0) FROM purchases.task_payers WHERE task_id = checked)
        OR task.cost_minor <> (SELECT coalesce(sum(share_minor), 0) FROM purchases.task_shares WHERE task_id = checked)
    ) THEN
        RAISE EXCEPTION 'task %: payers and shares must each sum to the cost', checked USING ERRCODE = '23514';
    END IF;
    IF task.status <> 'done' AND EXISTS (SELECT FROM purchases.task_shares WHERE task_id = checked) THEN
        RAISE EXCEPTION 'task %: only a done task has shares', checked USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $$;
"""
WATCHED = (
    ("tasks", "INSERT OR UPDATE"),
    ("task_payers", "INSERT OR UPDATE OR DELETE"),
    ("task_shares", "INSERT OR UPDATE OR DELETE"),
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA purchases")
    op.create_table(
        "purchases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("strategy", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("lock_number", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'active') = (strategy IS NULL)", name=op.f("purchases_strategy_when_locked_check")
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("purchases_currency_check")),
        sa.CheckConstraint("status IN ('active', 'locked', 'closed')", name=op.f("purchases_status_check")),
        sa.CheckConstraint("strategy IN ('accruals', 'minimal')", name=op.f("purchases_strategy_check")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 100", name=op.f("purchases_title_check")),
        sa.ForeignKeyConstraint(["chat_id"], ["identity.chats.id"], name=op.f("purchases_chat_id_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["identity.users.id"], name=op.f("purchases_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("purchases_pkey")),
        schema="purchases",
    )
    op.create_index("purchases_chat_id_idx", "purchases", ["chat_id", "id"], unique=False, schema="purchases")
    op.create_index("purchases_owner_id_idx", "purchases", ["owner_id"], unique=False, schema="purchases")
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["identity.users.id"], name=op.f("history_actor_id_fkey")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("history_purchase_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("history_pkey")),
        schema="purchases",
    )
    op.create_index("history_purchase_id_idx", "history", ["purchase_id", "id"], unique=False, schema="purchases")
    op.create_table(
        "invites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("invitee_id", sa.Uuid(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'accepted', 'declined')", name=op.f("invites_status_check")),
        sa.ForeignKeyConstraint(["invitee_id"], ["identity.users.id"], name=op.f("invites_invitee_id_fkey")),
        sa.ForeignKeyConstraint(["inviter_id"], ["identity.users.id"], name=op.f("invites_inviter_id_fkey")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("invites_purchase_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invites_pkey")),
        schema="purchases",
    )
    op.create_index("invites_invitee_id_idx", "invites", ["invitee_id"], unique=False, schema="purchases")
    op.create_index(
        "invites_pending_idx",
        "invites",
        ["purchase_id", "invitee_id"],
        unique=True,
        schema="purchases",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "participants",
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weight BETWEEN 1 AND 1000", name=op.f("participants_weight_check")),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchases.purchases.id"], name=op.f("participants_purchase_id_fkey")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("participants_user_id_fkey")),
        sa.PrimaryKeyConstraint("purchase_id", "user_id", name=op.f("participants_pkey")),
        schema="purchases",
    )
    op.create_index("participants_user_id_idx", "participants", ["user_id"], unique=False, schema="purchases")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("estimate_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("split", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("receipt_file_id", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status <> 'assigned' OR assignee_id IS NOT NULL", name=op.f("tasks_assigned_to_somebody_check")
        ),
        sa.CheckConstraint(
            "status <> 'done' OR (cost_minor IS NOT NULL AND split IS NOT NULL)", name=op.f("tasks_done_has_cost_check")
        ),
        sa.CheckConstraint("status IN ('open', 'assigned', 'done', 'void')", name=op.f("tasks_status_check")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 100", name=op.f("tasks_title_check")),
        sa.CheckConstraint("cost_minor BETWEEN 0 AND 1000000000000", name=op.f("tasks_cost_check")),
        sa.CheckConstraint("estimate_minor BETWEEN 0 AND 1000000000000", name=op.f("tasks_estimate_check")),
        sa.ForeignKeyConstraint(["assignee_id"], ["identity.users.id"], name=op.f("tasks_assignee_id_fkey")),
        sa.ForeignKeyConstraint(["author_id"], ["identity.users.id"], name=op.f("tasks_author_id_fkey")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.purchases.id"], name=op.f("tasks_purchase_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
        sa.UniqueConstraint("purchase_id", "number", name=op.f("tasks_purchase_id_number_key")),
        schema="purchases",
    )
    op.create_table(
        "task_payers",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("paid_minor >= 0", name=op.f("task_payers_paid_check")),
        sa.ForeignKeyConstraint(["task_id"], ["purchases.tasks.id"], name=op.f("task_payers_task_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("task_payers_user_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("task_payers_pkey")),
        schema="purchases",
    )
    op.create_table(
        "task_shares",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("share_minor", sa.BigInteger(), nullable=False),
        sa.Column("extra_minor", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("extra_minor IN (0, 1)", name=op.f("task_shares_extra_check")),
        sa.CheckConstraint("share_minor >= 0", name=op.f("task_shares_share_check")),
        sa.ForeignKeyConstraint(["task_id"], ["purchases.tasks.id"], name=op.f("task_shares_task_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("task_shares_user_id_fkey")),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("task_shares_pkey")),
        schema="purchases",
    )
    op.execute(SUMS)
    for table, events in WATCHED:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_sums AFTER {events} ON purchases.{table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchases.check_task_sums()"
        )


def downgrade() -> None:
    op.execute("DROP SCHEMA purchases CASCADE")
