"""The figures of this process and what waits in the database, as Prometheus reads them."""

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.pool import QueuePool

from core.clock import utc_now
from core.db import Database
from core.ledger.last_audit import last_audit
from core.ledger.models import Audit
from core.patience import within
from core.telemetry import measures
from core.watch.backlog import DEAD, QUEUE, Waiting, read_backlog

log = structlog.get_logger()
MEDIA_TYPE = CONTENT_TYPE_LATEST
_OF_DATABASE = (
    measures.WAITING, measures.WAITING_SECONDS, measures.QUEUED, measures.QUEUED_SECONDS, measures.DEAD_LETTERS,
)  # fmt: skip


async def figures(db: Database, *, patience_seconds: float = 1) -> bytes:
    """Return all figures as they are now; without those of the database if it is away or slow."""
    try:
        waiting, audit = await within(patience_seconds, _read(db))
    except Exception as failure:  # noqa: BLE001 -- the other figures matter most when the database is away
        log.warning("backlog-unknown", failure=type(failure).__name__)
        _forget()
        measures.DATABASE_UP.set(0)
    else:
        _forget()
        measures.DATABASE_UP.set(1)
        for row in waiting:
            _show(row)
        if audit is not None:
            measures.AUDIT_VIOLATIONS.set(audit.violations)
            measures.AUDIT_SECONDS.set((utc_now() - audit.audited_at).total_seconds())
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    measures.CONNECTIONS.labels("used").set(pool.checkedout())
    measures.CONNECTIONS.labels("idle").set(pool.checkedin())
    return generate_latest()


async def _read(db: Database) -> tuple[list[Waiting], Audit | None]:
    async with db.transaction() as session:
        return list(await read_backlog(session, now=utc_now())), await last_audit(session)


def _show(row: Waiting) -> None:
    if row.kind == DEAD:
        measures.DEAD_LETTERS.labels(row.what).set(row.count)
        return
    is_queue = row.kind == QUEUE
    (measures.QUEUED if is_queue else measures.WAITING).labels(row.what).set(row.count)
    (measures.QUEUED_SECONDS if is_queue else measures.WAITING_SECONDS).labels(row.what).set(row.oldest_seconds)


def _forget() -> None:
    """Show nothing that is no longer so: a consumer without rows has none."""
    for gauge in _OF_DATABASE:
        gauge.clear()
