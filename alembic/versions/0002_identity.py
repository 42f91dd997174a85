"""People, their identities and requisites, chats, unfinished conversations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_identity"
down_revision = "0001_messaging"


def upgrade() -> None:
    op.execute("CREATE SCHEMA identity")
    op.create_table(
        "chats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("chats_currency_check")),
        sa.CheckConstraint("kind IN ('private', 'group', 'supergroup')", name=op.f("chats_kind_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("chats_pkey")),
        sa.UniqueConstraint("telegram_id", name=op.f("chats_telegram_id_key")),
        schema="identity",
    )
    op.create_table(
        "dialogs",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("dialogs_pkey")),
        schema="identity",
    )
    op.create_index("dialogs_updated_at_idx", "dialogs", ["updated_at"], unique=False, schema="identity")
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        schema="identity",
    )
    op.create_table(
        "chat_members",
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("is_member", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["identity.chats.id"], name=op.f("chat_members_chat_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("chat_members_user_id_fkey")),
        sa.PrimaryKeyConstraint("chat_id", "user_id", name=op.f("chat_members_pkey")),
        schema="identity",
    )
    op.create_index("chat_members_user_id_idx", "chat_members", ["user_id"], unique=False, schema="identity")
    op.create_table(
        "identities",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("reach", sa.Text(), server_default="not_started", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reach IN ('not_started', 'reachable', 'blocked', 'deactivated')", name=op.f("identities_reach_check")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("identities_user_id_fkey")),
        sa.PrimaryKeyConstraint("provider", "subject", name=op.f("identities_pkey")),
        schema="identity",
    )
    op.create_index("identities_user_id_idx", "identities", ["user_id"], unique=False, schema="identity")
    op.create_index(
        "identities_username_idx",
        "identities",
        [sa.literal_column("lower(username)")],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("username IS NOT NULL"),
    )
    op.create_table(
        "requisites",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'card', 'text')", name=op.f("requisites_kind_check")),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("requisites_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("requisites_pkey")),
        schema="identity",
    )


def downgrade() -> None:
    op.execute("DROP SCHEMA identity CASCADE")
