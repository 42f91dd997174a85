"""`POST /webhooks/payments/{provider}`: a notice is stored before it is acknowledged, and acted on elsewhere."""

import asyncio
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from core.clock import utc_now
from core.db import Database
from core.patience import within
from core.payments.models import NoticeStatus
from core.payments.provider import NotGenuine, Provider, Received
from core.payments.store_notice import store_notice_alone
from core.telemetry import measures
from core.telemetry.trail import entering
from core.web.peers import Peers
from webhooks.limits import Limits
from webhooks.outcome import Outcome
from webhooks.refusals import Refusals

log = structlog.get_logger()
# Headers of which HTTP allows several, and which nothing is decided by. Any other that comes twice could be read one
# way by a proxy and another way by us.
MAY_REPEAT = frozenset(
    {"accept", "accept-encoding", "accept-language", "baggage", "cache-control", "connection", "cookie", "forwarded",
     "pragma", "te", "tracestate", "via", "warning", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
     "x-forwarded-proto"}
)  # fmt: skip
RETRY_AFTER_SECONDS = "5"
CORRELATION_HEADER = "X-Correlation-Id"
Answered = tuple[Outcome, Response]


class _TooLarge(Exception):
    """A notice is longer than we take."""


def payments(
    db: Database,
    providers: Mapping[str, Provider],
    *,
    peers: Peers,
    limits: Limits,
    max_bytes: int,
) -> APIRouter:
    """Return the address of every provider; one that is not among `providers` is not found."""
    router = APIRouter()
    door = _Door(db, peers, limits, max_bytes, Refusals(limits.refused_a_minute))

    @router.post("/webhooks/payments/{name}")
    async def take(name: str, request: Request) -> Response:
        provider = providers.get(name)
        if provider is None:
            return Response(status_code=404)
        began = time.perf_counter()
        with entering("notice", correlation_id=request.headers.get(CORRELATION_HEADER), provider=name) as identity:
            outcome, response = await door.answer(provider, request)
        measures.NOTICES.labels(name, outcome).inc()
        measures.NOTICE_SECONDS.labels(name).observe(time.perf_counter() - began)
        response.headers[CORRELATION_HEADER] = identity
        return response

    return router


@dataclass(frozen=True, slots=True)
class _Door:
    """Lets in what is genuine; a log line says who was refused and why, and nothing of what they sent."""

    db: Database
    peers: Peers
    limits: Limits
    max_bytes: int
    refusals: Refusals

    async def answer(self, provider: Provider, request: Request) -> Answered:
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                raw = await _read(request, self.max_bytes)
        except _TooLarge:
            return Outcome.TOO_LARGE, _goodbye(413)
        except TimeoutError:
            return Outcome.TOO_SLOW, _goodbye(408)
        except ClientDisconnect:
            return Outcome.BROKEN_OFF, _goodbye(400)
        peer = self.peers.of(request)
        try:
            received = Received(raw, _headers(request), _query(request), peer)
            key_id = provider.verify(received, utc_now())
        except NotGenuine as refusal:
            return self._refuse(provider, peer, str(refusal))
        except Exception as bug:  # noqa: BLE001 -- whatever breaks, nothing was shown to be genuine
            where = traceback.extract_tb(bug.__traceback__)[-1]
            log.error(  # noqa: TRY400 -- a bug's own words may repeat what the sender wrote, a signature among it
                "notice-verifier-broke",
                provider=provider.name,
                failure=type(bug).__name__,
                at=f"{where.filename}:{where.lineno}",
            )
            return self._refuse(provider, peer, "our verifier broke")
        return await self._store(provider, received, key_id)

    def _refuse(self, provider: Provider, peer: str, reason: str) -> Answered:
        if not self.refusals.allow(peer):
            return Outcome.LIMITED, Response(status_code=429, headers={"Retry-After": "60"})
        log.warning("notice-refused", provider=provider.name, peer=peer, reason=reason)
        return Outcome.REFUSED, Response(b"refused", status_code=401, media_type="text/plain")

    async def _store(self, provider: Provider, received: Received, key_id: str) -> Answered:
        try:
            storing = store_notice_alone(self.db, provider=provider, received=received, key_id=key_id, now=utc_now())
            kept = await within(self.limits.database_seconds, storing)
        except Exception as failure:  # noqa: BLE001 -- nothing is promised before the commit; the sender repeats
            log.error(  # noqa: TRY400 -- the database's own words would repeat the row
                "notice-not-stored", provider=provider.name, failure=type(failure).__name__
            )
            return Outcome.NOT_STORED, Response(status_code=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
        said = provider.acknowledgement
        return _OUTCOMES.get(kept, Outcome.STORED), Response(said.body, media_type=said.media_type)


_OUTCOMES: dict[NoticeStatus | None, Outcome] = {
    None: Outcome.REPEATED,
    NoticeStatus.NOT_UNDERSTOOD: Outcome.NOT_UNDERSTOOD,
}


async def _read(request: Request, max_bytes: int) -> bytes:
    """Return the body as it came, counting what really comes: what Content-Length says is only a reason to refuse.

    :raises _TooLarge: if it is longer than `max_bytes`; not more than that is kept of it.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _TooLarge
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > max_bytes:
            raise _TooLarge
    return bytes(body)


def _headers(request: Request) -> dict[str, str]:
    """Return the headers by their names in lower case.

    :raises NotGenuine: if one of them came twice.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        if name in headers and name not in MAY_REPEAT:
            raise NotGenuine("a header came twice")
        headers[name] = value
    return headers


def _query(request: Request) -> dict[str, str]:
    """Return the query of the address.

    :raises NotGenuine: if a name came twice, or what came cannot be stored.
    """
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in query or "\0" in name + value:
            raise NotGenuine("a query that nobody was given")
        query[name] = value
    return query


def _goodbye(status: int) -> Response:
    """Return an answer after which nothing more is read from this connection."""
    return Response(status_code=status, headers={"Connection": "close"})
