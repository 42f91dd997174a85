"""What the wallets of one person are found by, however many accounts the book has."""

import sqlalchemy as sa
from alembic import op

revision = "0016_growth"
down_revision = "0015_operations"


def upgrade() -> None:
    op.create_index(
        "accounts_wallets_idx",
        "accounts",
        ["owner_id"],
        unique=False,
        schema="ledger",
        postgresql_where=sa.text("kind = 'wallet'"),
    )


def downgrade() -> None:
    op.drop_index("accounts_wallets_idx", table_name="accounts", schema="ledger")
