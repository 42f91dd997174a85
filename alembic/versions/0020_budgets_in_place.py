"""A budget is updated in its place: no index on what changes with each request, and room in each page."""

from alembic import op

revision = "0020_budgets_in_place"
down_revision = "0019_budgets"


def upgrade() -> None:
    op.drop_index("budgets_arrival_at_idx", table_name="budgets", schema="messaging")
    op.execute("ALTER TABLE messaging.budgets SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE messaging.budgets RESET (fillfactor)")
    op.create_index("budgets_arrival_at_idx", "budgets", ["arrival_at"], unique=False, schema="messaging")
