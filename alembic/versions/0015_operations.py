"""People who were erased, and the way to what is kept no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0015_operations"
down_revision = "0014_correlation"

NOTICES_DONE = sa.text("status IN ('done', 'ignored')")
NOTIFICATIONS_DONE = sa.text("status IN ('delivered', 'failed')")


def upgrade() -> None:
    op.add_column("users", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True), schema="identity")
    op.create_check_constraint(
        op.f("users_erased_has_no_name_check"), "users", "erased_at IS NULL OR name = ''", schema="identity"
    )
    op.create_index("notices_done_idx", "notices", ["finished_at"], schema="payments", postgresql_where=NOTICES_DONE)
    op.create_index(
        "notifications_done_idx",
        "notifications",
        ["finished_at"],
        schema="notifications",
        postgresql_where=NOTIFICATIONS_DONE,
    )


def downgrade() -> None:
    op.drop_index("notifications_done_idx", table_name="notifications", schema="notifications")
    op.drop_index("notices_done_idx", table_name="notices", schema="payments")
    op.drop_constraint(op.f("users_erased_has_no_name_check"), "users", schema="identity")
    op.drop_column("users", "erased_at", schema="identity")
