"""How the database is doing: its size and age, what stands in the way of its housekeeping, and what waits in it."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.migrate import newest_revision
from core.outbox.age import oldest_event_age

TABLES_SHOWN_MAX = 12
# Only sessions of this database that are in a transaction; whoever asks is not told of themselves.
DATABASE = text("""
SELECT current_setting('server_version') AS version, current_database() AS name,
       pg_size_pretty(pg_database_size(current_database())) AS size,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
       coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()), 0)::bigint
           AS oldest_transaction_seconds
""")
TABLES = text("""
SELECT schemaname || '.' || relname AS name, pg_size_pretty(pg_total_relation_size(relid)) AS size,
       n_live_tup AS rows, n_dead_tup AS dead_rows, greatest(last_vacuum, last_autovacuum) AS vacuumed_at
FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC, 1 LIMIT :limit
""")


async def database_status(session: AsyncSession) -> dict[str, Any]:
    """Return the database with its migration and ours, and its largest tables."""
    database = dict((await session.execute(DATABASE)).mappings().one())
    # Asked about in words that find nothing where nobody has migrated yet.
    is_migrated = await session.scalar(text("SELECT to_regclass('public.alembic_version') IS NOT NULL"))
    revision = await session.scalar(text("SELECT version_num FROM public.alembic_version")) if is_migrated else None
    waiting = await oldest_event_age(session) if is_migrated else None
    known = {
        "migration": revision,
        "migration_here": newest_revision(),
        "oldest_event_seconds": None if waiting is None else int(waiting.total_seconds()),
    }
    tables = await session.execute(TABLES, {"limit": TABLES_SHOWN_MAX})
    return {"database": {**database, **known}, "tables": [dict(row) for row in tables.mappings()]}
