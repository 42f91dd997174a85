"""What operators did, written down for good."""

import sqlalchemy as sa
from alembic import op

revision = "0011_operator_actions"
down_revision = "0010_answers_as_bytes"

FOR_GOOD = (
    """
CREATE FUNCTION messaging.keep_operator_actions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what operators did stays written down' USING ERRCODE = '23514';
END $$
    """,
    """
CREATE TRIGGER operator_actions_stay BEFORE UPDATE OR DELETE ON messaging.operator_actions
    FOR EACH ROW EXECUTE FUNCTION messaging.keep_operator_actions()
    """,
)


def upgrade() -> None:
    op.create_table(
        "operator_actions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("operator_actions_pkey")),
        schema="messaging",
    )
    for statement in FOR_GOOD:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("operator_actions", schema="messaging")
    op.execute("DROP FUNCTION messaging.keep_operator_actions")
