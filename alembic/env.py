"""Run the migrations on the connection that core/migrate.py hands over."""

from alembic import context

from core.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_schemas=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
