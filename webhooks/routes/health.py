"""`GET /health/live` and `GET /health/ready`: whether the process answers, and whether it can do its work."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from core.db import Database
from core.watch.health import OK, readiness
from webhooks.limits import Limits


def health(db: Database, *, limits: Limits) -> APIRouter:
    """Return the two addresses; readiness names each part, and is 503 unless all of them are "ok"."""
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> JSONResponse:
        return JSONResponse({"process": OK})

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        parts = await readiness(db, patience_seconds=limits.health_seconds)
        return JSONResponse(parts, 200 if set(parts.values()) == {OK} else 503)

    return router
