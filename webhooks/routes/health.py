"""`GET /health/live` and `GET /health/ready`: whether the process answers, and whether it can do its work."""

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from core.db import Database
from core.migrate import is_migrated
from webhooks.limits import Limits
from webhooks.patience import within

log = structlog.get_logger()


def health(db: Database, *, limits: Limits) -> APIRouter:
    """Return the two addresses; readiness names each part, and is 503 unless all of them are "ok"."""
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> JSONResponse:
        return JSONResponse({"process": "ok"})

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        parts = {"database": "ok", "migrations": "ok"}
        try:
            if not await within(limits.health_seconds, _is_migrated(db)):
                parts["migrations"] = "behind"
        except Exception as failure:  # noqa: BLE001 -- whatever it is, the process cannot do its work
            log.warning("not-ready", failure=type(failure).__name__)
            parts = {"database": "away", "migrations": "unknown"}
        return JSONResponse(parts, 200 if set(parts.values()) == {"ok"} else 503)

    return router


async def _is_migrated(db: Database) -> bool:
    async with db.transaction() as session:
        return await is_migrated(session)
