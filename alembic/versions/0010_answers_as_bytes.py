"""Answers that are repeated byte for byte, which a JSON column does not keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_answers_as_bytes"
down_revision = "0009_money"


def upgrade() -> None:
    op.alter_column(
        "idempotency", "body", schema="messaging", type_=sa.LargeBinary(),
        postgresql_using="convert_to(body::text, 'UTF8')",
    )  # fmt: skip


def downgrade() -> None:
    # An answer need not be JSON any more.
    op.execute("DELETE FROM messaging.idempotency")
    op.alter_column(
        "idempotency", "body", schema="messaging", type_=JSONB(),
        postgresql_using="convert_from(body, 'UTF8')::jsonb",
    )  # fmt: skip
