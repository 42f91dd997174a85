"""The web application that providers call."""

from collections.abc import Mapping

from fastapi import FastAPI

from core.config import WebhooksSettings
from core.db import Database
from core.payments.provider import Provider
from core.telemetry.tracing import of_web
from core.web.peers import Peers
from webhooks.limits import Limits
from webhooks.routes.health import health
from webhooks.routes.metrics import metrics
from webhooks.routes.payments import payments


def create_app(
    db: Database,
    providers: Mapping[str, Provider],
    *,
    settings: WebhooksSettings | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """Return the application, which opens and closes nothing: `db` and `providers` belong to the caller.

    `settings` are those of the environment unless given.
    """
    settings, limits = settings or WebhooksSettings(), limits or Limits()
    peers = Peers(settings.trusted_proxies)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=of_web())
    app.include_router(payments(db, providers, peers=peers, limits=limits, max_bytes=settings.max_notice_bytes))
    app.include_router(health(db, limits=limits))
    app.include_router(metrics(db, peers=peers, limits=limits))
    return app
