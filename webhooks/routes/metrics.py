"""`GET /metrics`: the figures of this process and what waits in the database, for Prometheus."""

from fastapi import APIRouter, Request, Response

from core.db import Database
from core.watch.figures import MEDIA_TYPE, figures
from core.web.peers import Peers
from webhooks.limits import Limits


def metrics(db: Database, *, peers: Peers, limits: Limits) -> APIRouter:
    """Return the address; to senders from outside it does not exist, even where a proxy passes everything on."""
    router = APIRouter()

    @router.get("/metrics")
    async def read(request: Request) -> Response:
        if not peers.is_near(request):
            return Response(status_code=404)
        return Response(await figures(db, patience_seconds=limits.health_seconds), media_type=MEDIA_TYPE)

    return router
