"""Whether a process can do its work."""

import structlog

from core.db import Database
from core.migrate import is_migrated
from core.patience import within

log = structlog.get_logger()
OK = "ok"


async def readiness(db: Database, *, patience_seconds: float = 1) -> dict[str, str]:
    """Return each part that the work needs and how it stands; the process is ready if all of them are `OK`."""
    try:
        if not await within(patience_seconds, _is_migrated(db)):
            return {"database": OK, "migrations": "behind"}
    except Exception as failure:  # noqa: BLE001 -- whatever it is, the process cannot do its work
        log.warning("not-ready", failure=type(failure).__name__)
        return {"database": "away", "migrations": "unknown"}
    return {"database": OK, "migrations": OK}


async def _is_migrated(db: Database) -> bool:
    async with db.transaction() as session:
        return await is_migrated(session)
