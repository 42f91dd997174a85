"""`/health/live`, `/health/ready` and `/metrics`: whether the process can do its work, and its figures."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.errors import NoSuchAddress
from api.ground import Grounded
from core.watch.figures import MEDIA_TYPE, figures
from core.watch.health import OK, readiness

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"process": OK})


@router.get("/health/ready")
async def ready(ground: Grounded) -> JSONResponse:
    """Name each part that the work needs; 503 unless all of them are "ok"."""
    parts = await readiness(ground.db)
    return JSONResponse(parts, 200 if set(parts.values()) == {OK} else 503)


@router.get("/metrics")
async def metrics(request: Request, ground: Grounded) -> Response:
    """Show the figures; to senders from outside there are none, even where a proxy passes everything on."""
    if not ground.peers.is_near(request):
        raise NoSuchAddress
    return Response(await figures(ground.db), media_type=MEDIA_TYPE)
