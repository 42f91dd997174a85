"""How often whoever is named may ask."""

import sqlalchemy as sa
from alembic import op

revision = "0019_budgets"
down_revision = "0018_live"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arrival_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("budgets_pkey")),
        schema="messaging",
        prefixes=["UNLOGGED"],
    )
    op.create_index("budgets_arrival_at_idx", "budgets", ["arrival_at"], unique=False, schema="messaging")


def downgrade() -> None:
    op.drop_table("budgets", schema="messaging")
