"""Wallets, orders, providers and refunds; living notifications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_money"
down_revision = "0008_posting"


# Rules of tables that are older than this; their names are those that the models give them.
CHECKS = (
    ("payments", "attempts", "only_a_provider_tops_up", "rail = 'provider' OR intent_id IS NOT NULL"),
    ("payments", "attempts", "provider", "(rail = 'provider') = (provider IS NOT NULL)"),
    ("payments", "attempts", "service_fee", "service_fee_minor >= 0 AND service_fee_minor < amount_minor"),
    ("payments", "attempts", "never_refunded_more", "refunded_minor BETWEEN 0 AND amount_minor"),
    ("payments", "attempts", "refunded_when_paid", "refunded_minor = 0 OR status = 'succeeded'"),
    ("settlement", "intents", "never_refunded_more", "refunded_minor BETWEEN 0 AND paid_minor"),
    (
        "settlement",
        "intents",
        "refunded_in_full",
        "status <> 'refunded' OR refunded_minor = paid_minor AND paid_minor + written_off_minor = amount_minor",
    ),
)
KINDS = (
    "'wallet', 'escrow', 'provider_clearing', 'refund_clearing', 'bank', 'fee_expense', 'fee_revenue', "
    "'debt_receivable', 'debt_payable', 'suspense'"
)
WITHOUT_FLOOR = "'provider_clearing', 'bank', 'fee_expense', 'fee_revenue'"
BALANCE = "CASE normal_side WHEN 'D' THEN debits - credits ELSE credits - debits END"
FINAL = (
    """
CREATE FUNCTION payments.keep_final_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refund % is final', OLD.id USING ERRCODE = '23514';
END $$
    """,
    """
CREATE TRIGGER refunds_keep_final_status BEFORE UPDATE ON payments.refunds FOR EACH ROW
    WHEN (OLD.status IN ('succeeded', 'canceled') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION payments.keep_final_refund()
    """,
    """
CREATE FUNCTION orders.keep_final_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'order % is final', OLD.id USING ERRCODE = '23514';
END $$
    """,
    """
CREATE TRIGGER orders_keep_final_status BEFORE UPDATE ON orders.orders FOR EACH ROW
    WHEN (OLD.status IN ('finished', 'cancelled') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION orders.keep_final_status()
    """,
    """
CREATE FUNCTION accounts.keep_final_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'it is final' USING ERRCODE = '23514';
END $$
    """,
    """
CREATE TRIGGER holds_keep_final_status BEFORE UPDATE ON accounts.holds FOR EACH ROW
    WHEN (OLD.status <> 'held' AND NEW.status <> OLD.status)
    EXECUTE FUNCTION accounts.keep_final_status()
    """,
    """
CREATE TRIGGER withdrawals_keep_final_status BEFORE UPDATE ON accounts.withdrawals FOR EACH ROW
    WHEN (OLD.status <> 'requested' AND NEW.status <> OLD.status)
    EXECUTE FUNCTION accounts.keep_final_status()
    """,
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA accounts")
    op.execute("CREATE SCHEMA orders")
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="stored", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('stored', 'parked', 'done', 'ignored', 'not_understood', 'suspense')",
            name=op.f("notices_status_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notices_pkey")),
        sa.UniqueConstraint("provider", "dedup_key", name=op.f("notices_provider_dedup_key_key")),
        schema="payments",
    )
    op.create_index(
        "notices_due_idx",
        "notices",
        ["next_try_at"],
        unique=False,
        schema="payments",
        postgresql_where=sa.text("status IN ('stored', 'parked')"),
    )
    op.create_index("notices_received_at_idx", "notices", ["received_at"], unique=False, schema="payments")
    op.create_table(
        "daily_totals",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total_minor > 0", name=op.f("daily_totals_total_check")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("daily_totals_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", "currency", "day", name=op.f("daily_totals_pkey")),
        schema="accounts",
    )
    op.create_table(
        "holds",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'refused') = (reason IS NOT NULL)", name=op.f("holds_refused_for_a_reason_check")
        ),
        sa.CheckConstraint("status IN ('held', 'refused', 'captured', 'voided')", name=op.f("holds_status_check")),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("holds_amount_check")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("holds_user_id_fkey")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("holds_pkey")),
        schema="accounts",
    )
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="requested", nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'requested') = (settled_at IS NULL)", name=op.f("withdrawals_settled_check")),
        sa.CheckConstraint("status IN ('requested', 'paid', 'rejected')", name=op.f("withdrawals_status_check")),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("withdrawals_amount_check")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("withdrawals_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("withdrawals_pkey")),
        schema="accounts",
    )
    op.create_index(
        "withdrawals_open_idx",
        "withdrawals",
        ["id"],
        unique=False,
        schema="accounts",
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_index("withdrawals_user_id_idx", "withdrawals", ["user_id", "id"], unique=False, schema="accounts")
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'cancelled') = (reason IS NOT NULL)", name=op.f("orders_cancelled_for_a_reason_check")
        ),
        sa.CheckConstraint("(status = 'new') = (finished_at IS NULL)", name=op.f("orders_finished_check")),
        sa.CheckConstraint("status IN ('new', 'finished', 'cancelled')", name=op.f("orders_status_check")),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("orders_amount_check")),
        sa.ForeignKeyConstraint(["attempt_id"], ["payments.attempts.id"], name=op.f("orders_attempt_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("orders_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("orders_pkey")),
        sa.UniqueConstraint("attempt_id", name=op.f("orders_attempt_id_key")),
        schema="orders",
    )
    op.create_index(
        "orders_unfinished_idx",
        "orders",
        ["created_at"],
        unique=False,
        schema="orders",
        postgresql_where=sa.text("status = 'new'"),
    )
    op.create_index("orders_user_id_idx", "orders", ["user_id", "id"], unique=False, schema="orders")
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("service_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("provider_refund_id", sa.Text(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('requested', 'pending')) = (finished_at IS NULL)", name=op.f("refunds_finished_check")
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'pending', 'succeeded', 'canceled')", name=op.f("refunds_status_check")
        ),
        sa.CheckConstraint("amount_minor BETWEEN 1 AND 1000000000000", name=op.f("refunds_amount_check")),
        sa.CheckConstraint("service_fee_minor BETWEEN 0 AND amount_minor", name=op.f("refunds_service_fee_check")),
        sa.ForeignKeyConstraint(["attempt_id"], ["payments.attempts.id"], name=op.f("refunds_attempt_id_fkey")),
        sa.ForeignKeyConstraint(["requested_by"], ["identity.users.id"], name=op.f("refunds_requested_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("refunds_pkey")),
        sa.UniqueConstraint("provider_refund_id", "attempt_id", name=op.f("refunds_provider_refund_id_attempt_id_key")),
        schema="payments",
    )
    op.create_index("refunds_attempt_id_idx", "refunds", ["attempt_id"], unique=False, schema="payments")
    op.create_index(
        "refunds_one_unfinished_idx",
        "refunds",
        ["attempt_id"],
        unique=True,
        schema="payments",
        postgresql_where=sa.text("status IN ('requested', 'pending')"),
    )
    op.create_index(
        "refunds_call_idx",
        "refunds",
        ["next_call_at"],
        unique=False,
        schema="payments",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.add_column("notifications", sa.Column("subject_id", sa.Uuid(), nullable=True), schema="notifications")
    op.add_column(
        "notifications",
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        schema="notifications",
    )
    op.create_index(
        "notifications_living_idx",
        "notifications",
        ["subject_id", "kind", "user_id", "chat_id"],
        unique=True,
        schema="notifications",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.add_column(
        "attempts",
        sa.Column("service_fee_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        schema="payments",
    )
    op.add_column(
        "attempts",
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        schema="payments",
    )
    op.add_column("attempts", sa.Column("provider", sa.Text(), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("provider_payment_id", sa.Text(), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("confirmation_url", sa.Text(), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("provider_fee_minor", sa.BigInteger(), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("next_call_at", sa.DateTime(timezone=True), nullable=True), schema="payments")
    op.add_column(
        "attempts", sa.Column("calls", sa.BigInteger(), server_default=sa.text("0"), nullable=False), schema="payments"
    )
    op.add_column("attempts", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("authorized_by", sa.Text(), nullable=True), schema="payments")
    op.add_column("attempts", sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=True), schema="payments")
    op.create_index(
        "attempts_call_idx",
        "attempts",
        ["next_call_at"],
        unique=False,
        schema="payments",
        postgresql_where=sa.text("status IN ('created', 'pending_confirmation') AND rail = 'provider'"),
    )
    op.create_unique_constraint(
        op.f("attempts_provider_provider_payment_id_key"),
        "attempts",
        ["provider", "provider_payment_id"],
        schema="payments",
    )
    op.add_column(
        "intents",
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        schema="settlement",
    )
    op.drop_constraint(op.f("attempts_manual_pays_a_debt_check"), "attempts", schema="payments")
    for schema, table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"{table}_{name}_check"), table, rule, schema=schema)
    keep_accounts(f"{KINDS}, 'sales'", f"{WITHOUT_FLOOR}, 'sales'")
    for statement in FINAL:
        op.execute(statement)


def keep_accounts(kinds: str, without_floor: str) -> None:
    for name in ("accounts_kind_check", "accounts_floor_check"):
        op.drop_constraint(op.f(name), "accounts", schema="ledger")
    op.create_check_constraint(op.f("accounts_kind_check"), "accounts", f"kind IN ({kinds})", schema="ledger")
    floor = f"kind IN ({without_floor}) OR ({BALANCE}) >= 0"
    op.create_check_constraint(op.f("accounts_floor_check"), "accounts", floor, schema="ledger")


def downgrade() -> None:
    keep_accounts(KINDS, WITHOUT_FLOOR)
    for schema, table, name, _ in CHECKS:
        op.drop_constraint(op.f(f"{table}_{name}_check"), table, schema=schema)
    rule = "rail <> 'manual' OR intent_id IS NOT NULL"
    op.create_check_constraint(op.f("attempts_manual_pays_a_debt_check"), "attempts", rule, schema="payments")
    op.drop_column("intents", "refunded_minor", schema="settlement")
    op.drop_constraint(op.f("attempts_provider_provider_payment_id_key"), "attempts", schema="payments", type_="unique")
    op.drop_index(
        "attempts_call_idx",
        table_name="attempts",
        schema="payments",
        postgresql_where=sa.text("status IN ('created', 'pending_confirmation') AND rail = 'provider'"),
    )
    op.drop_column("attempts", "authorized_at", schema="payments")
    op.drop_column("attempts", "authorized_by", schema="payments")
    op.drop_column("attempts", "asked_at", schema="payments")
    op.drop_column("attempts", "calls", schema="payments")
    op.drop_column("attempts", "next_call_at", schema="payments")
    op.drop_column("attempts", "provider_fee_minor", schema="payments")
    op.drop_column("attempts", "confirmation_url", schema="payments")
    op.drop_column("attempts", "provider_payment_id", schema="payments")
    op.drop_column("attempts", "provider", schema="payments")
    op.drop_column("attempts", "refunded_minor", schema="payments")
    op.drop_column("attempts", "service_fee_minor", schema="payments")
    op.drop_index(
        "notifications_living_idx",
        table_name="notifications",
        schema="notifications",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.drop_column("notifications", "version", schema="notifications")
    op.drop_column("notifications", "subject_id", schema="notifications")
    op.drop_index(
        "refunds_call_idx", table_name="refunds", schema="payments", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("refunds_attempt_id_idx", table_name="refunds", schema="payments")
    op.drop_table("refunds", schema="payments")
    op.execute("DROP FUNCTION payments.keep_final_refund")
    op.execute("DROP SCHEMA orders CASCADE")
    op.execute("DROP SCHEMA accounts CASCADE")
    op.drop_index("notices_received_at_idx", table_name="notices", schema="payments")
    op.drop_index(
        "notices_due_idx",
        table_name="notices",
        schema="payments",
        postgresql_where=sa.text("status IN ('stored', 'parked')"),
    )
    op.drop_table("notices", schema="payments")
