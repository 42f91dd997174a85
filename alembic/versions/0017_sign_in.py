"""Ways to sign in where there is no chat: passwords, sessions, personal tokens, codes, and proofs that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0017_sign_in"
down_revision = "0016_growth"


def upgrade() -> None:
    op.create_index(
        "identities_one_telegram_idx",
        "identities",
        ["user_id"],
        unique=True,
        schema="identity",
        postgresql_where=sa.text("provider = 'telegram'"),
    )
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("passwords_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("passwords_pkey")),
        sa.UniqueConstraint("name_key", name=op.f("passwords_name_key_key")),
        schema="identity",
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("sessions_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
        schema="identity",
    )
    op.create_table(
        "personal_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("personal_tokens_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("personal_tokens_pkey")),
        sa.UniqueConstraint("hash", name=op.f("personal_tokens_hash_key")),
        schema="identity",
    )
    op.create_table(
        "sign_in_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["identity.users.id"], name=op.f("sign_in_codes_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("sign_in_codes_pkey")),
        sa.UniqueConstraint("hash", name=op.f("sign_in_codes_hash_key")),
        schema="identity",
    )
    op.create_table(
        "used_proofs",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("used_proofs_pkey")),
        schema="identity",
    )
    for table in ("sessions", "personal_tokens"):
        op.create_index(f"{table}_user_id_idx", table, ["user_id"], unique=False, schema="identity")
    for table in ("sessions", "sign_in_codes", "used_proofs"):
        op.create_index(f"{table}_expires_at_idx", table, ["expires_at"], unique=False, schema="identity")
    op.create_index(
        "personal_tokens_expires_at_idx",
        "personal_tokens",
        ["expires_at"],
        unique=False,
        schema="identity",
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )


def downgrade() -> None:
    for table in ("used_proofs", "sign_in_codes", "personal_tokens", "sessions", "passwords"):
        op.drop_table(table, schema="identity")
    op.drop_index("identities_one_telegram_idx", table_name="identities", schema="identity")
