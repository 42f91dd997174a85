"""The web application that other clients call, and the page."""

from collections import Counter

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api.documentation import serve_documentation
from api.errors import METHODS, handle_errors
from api.ground import Ground
from api.idempotency import REPLAYED
from api.live import routes as live
from api.live.hub import Hub
from api.openapi import document_of
from api.routes import (
    accounts,
    auth,
    chats,
    config,
    debts,
    distribution,
    health,
    invites,
    me,
    orders,
    payments,
    photos,
    purchases,
    reports,
    sessions,
    tasks,
)
from api.serve_page import serve_page
from api.threshold import CORRELATION_HEADER, Threshold
from core.telemetry.tracing import of_web

ROUTERS = (
    *(config.router, auth.router, auth.of_signed_in, me.router, me.of_password, sessions.router),
    *(chats.router, purchases.router, invites.router, tasks.router, distribution.router, photos.router),
    *(debts.router, payments.router, reports.router, accounts.router, orders.router, live.router, health.router),
)
# What a page of others may send and read.
HEADERS_IN = (
    "Authorization",
    "Content-Type",
    "Idempotence-Key",
    "Idempotency-Key",
    "Last-Event-ID",
    CORRELATION_HEADER,
)
HEADERS_OUT = ("Location", "Retry-After", REPLAYED, CORRELATION_HEADER)


def create_app(ground: Ground) -> FastAPI:
    """Return the application, which opens and closes nothing: what it stands on belongs to the caller."""
    settings = ground.settings
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=of_web(),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.ground = ground
    app.state.hub = Hub(ground.db)  # which `serve_app` keeps going
    app.state.strangers = Counter[str]()  # sockets that have not said yet who they are, by where they come from
    for router in ROUTERS:
        app.include_router(router)
    serve_documentation(app)
    serve_page(app, framed_by=settings.api_framed_by)
    handle_errors(app)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    app.add_middleware(
        Threshold,
        max_bytes=settings.api_max_body_bytes,
        longer={"/v1/photos/": settings.api_max_photo_bytes},
        is_public=settings.is_over_tls,
    )
    app.add_middleware(  # the outermost: pages of others are to read refusals of the threshold too
        CORSMiddleware,
        allow_origins=[origin for origin in settings.api_cors_origins.split(",") if origin],
        allow_methods=METHODS,
        allow_headers=HEADERS_IN,
        expose_headers=HEADERS_OUT,
        max_age=600,
    )
    return app
