"""`GET /metrics`: the figures of this process and what waits in the database, for Prometheus."""

from ipaddress import IPv4Address, IPv6Address

from fastapi import APIRouter, Request, Response

from core.db import Database
from core.watch.figures import MEDIA_TYPE, figures
from webhooks.limits import Limits
from webhooks.peers import Peers, address


def metrics(db: Database, *, peers: Peers, limits: Limits) -> APIRouter:
    """Return the address; to senders from outside it does not exist, even where a proxy passes everything on."""
    router = APIRouter()

    @router.get("/metrics")
    async def read(request: Request) -> Response:
        if not _is_ours(address(peers.of(request))):
            return Response(status_code=404)
        return Response(await figures(db, patience_seconds=limits.health_seconds), media_type=MEDIA_TYPE)

    return router


def _is_ours(peer: IPv4Address | IPv6Address | None) -> bool:
    return peer is not None and not peer.is_global
