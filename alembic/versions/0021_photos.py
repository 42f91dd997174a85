"""Photos have a place of their own, whether Telegram keeps them or we do.

The way back loses those that were uploaded. Processes of the version before stop first: two columns go.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_photos"
down_revision = "0020_budgets_in_place"
# Whose photo it is: as far as it can be known, whoever took the task; and whoever said that they paid.
MOVED = (
    ("purchases", "tasks", "receipt", "coalesce(assignee_id, author_id)"),
    ("payments", "attempts", "proof", "payer_id"),
)
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table is not altered while a row of it waits to be checked


def upgrade() -> None:
    op.execute("CREATE SCHEMA photos")
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("telegram_file_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("is_used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(telegram_file_id, content) = 1", name=op.f("photos_in_one_place_check")),
        sa.CheckConstraint("(content IS NULL) = (digest IS NULL)", name=op.f("photos_uploaded_has_digest_check")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("photos_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("photos_pkey")),
        schema="photos",
    )
    op.create_index("photos_user_id_idx", "photos", ["user_id"], unique=False, schema="photos")
    op.create_index(
        "photos_unused_idx", "photos", ["created_at"], unique=False, schema="photos",
        postgresql_where=sa.text("NOT is_used"),
    )  # fmt: skip
    for schema, table, what, whose in MOVED:
        op.add_column(table, sa.Column(f"{what}_id", sa.Uuid(), nullable=True), schema=schema)
        op.execute(f"UPDATE {schema}.{table} SET {what}_id = gen_random_uuid() WHERE {what}_file_id IS NOT NULL")
        op.execute(CHECK_NOW)
        op.execute(
            f"INSERT INTO photos.photos (id, user_id, telegram_file_id, is_used, created_at) "
            f"SELECT {what}_id, {whose}, {what}_file_id, true, created_at FROM {schema}.{table} WHERE {what}_id IS NOT NULL"
        )
        op.create_foreign_key(
            op.f(f"{table}_{what}_id_fkey"), table, "photos", [f"{what}_id"], ["id"],
            source_schema=schema, referent_schema="photos",
        )  # fmt: skip
        op.create_index(
            f"{table}_{what}_id_idx", table, [f"{what}_id"], unique=False, schema=schema,
            postgresql_where=sa.text(f"{what}_id IS NOT NULL"),
        )  # fmt: skip
        op.drop_column(table, f"{what}_file_id", schema=schema)


def downgrade() -> None:
    for schema, table, what, _ in MOVED:
        op.add_column(table, sa.Column(f"{what}_file_id", sa.Text(), nullable=True), schema=schema)
        op.execute(
            f"UPDATE {schema}.{table} SET {what}_file_id = telegram_file_id FROM photos.photos "
            f"WHERE photos.id = {what}_id"
        )
        op.execute(CHECK_NOW)
        op.drop_column(table, f"{what}_id", schema=schema)
    op.drop_table("photos", schema="photos")
    op.execute("DROP SCHEMA photos")
