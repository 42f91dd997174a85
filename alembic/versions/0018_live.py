"""What changed for whom, to be pushed to whoever looks at it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_live"
down_revision = "0017_sign_in"


def upgrade() -> None:
    op.execute("CREATE SCHEMA live")
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("readers", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('purchase', 'intent', 'attempt', 'order', 'report', 'account')", name=op.f("changes_kind_check")
        ),
        sa.CheckConstraint("cardinality(readers) > 0", name=op.f("changes_somebody_reads_it_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("changes_pkey")),
        schema="live",
    )
    op.create_index("changes_recorded_at_idx", "changes", ["recorded_at"], unique=False, schema="live")


def downgrade() -> None:
    op.drop_table("changes", schema="live")
    op.execute("DROP SCHEMA live")
