"""`GET /metrics`: the figures of this process and what waits in the database, for Prometheus."""

import math
from ipaddress import IPv4Address, IPv6Address

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from core.db import Database
from core.outbox.age import oldest_event_age
from core.payments.queries import count_waiting_notices
from webhooks.limits import Limits
from webhooks.measures import Measures
from webhooks.patience import within
from webhooks.peers import Peers, address

log = structlog.get_logger()


def metrics(db: Database, *, measures: Measures, peers: Peers, limits: Limits) -> APIRouter:
    """Return the address; to senders from outside it does not exist, even where a proxy passes everything on."""
    router = APIRouter()

    @router.get("/metrics")
    async def read(request: Request) -> Response:
        if not _is_ours(address(peers.of(request))):
            return Response(status_code=404)
        try:
            waiting, age = await within(limits.health_seconds, _backlog(db))
        except Exception as failure:  # noqa: BLE001 -- the other figures matter most when the database is away
            log.warning("backlog-unknown", failure=type(failure).__name__)
            waiting = age = math.nan
        measures.notices_waiting.set(waiting)
        measures.outbox_age.set(age)
        return Response(generate_latest(measures.registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _backlog(db: Database) -> tuple[float, float]:
    async with db.transaction() as session:
        return await count_waiting_notices(session), (await oldest_event_age(session)).total_seconds()


def _is_ours(peer: IPv4Address | IPv6Address | None) -> bool:
    return peer is not None and not peer.is_global
