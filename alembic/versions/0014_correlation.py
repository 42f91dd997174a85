"""Notifications and cards know whose trail they follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_correlation"
down_revision = "0013_reminders"

TABLES = ("notifications", "cards")


def upgrade() -> None:
    for table in TABLES:
        headers = sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
        op.add_column(table, headers, schema="notifications")


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "headers", schema="notifications")
