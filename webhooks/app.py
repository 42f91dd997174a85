"""The web application that providers call."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

from core.clock import utc_now
from core.db import Database
from core.payments.provider import NotGenuine, Provider, Received
from core.payments.store_notice import store_notice


def create_app(db: Database, providers: Mapping[str, Provider]) -> FastAPI:
    """Return the application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhooks/payments/{name}")
    async def take(name: str, request: Request) -> Response:
        provider = providers.get(name)
        if provider is None:
            return Response(status_code=404)
        headers = {key.lower(): value for key, value in request.headers.items()}
        peer = request.client.host if request.client else ""
        received = Received(await request.body(), headers, dict(request.query_params), peer)
        try:
            key_id = provider.verify(received, utc_now())
        except NotGenuine:
            return Response(status_code=401)
        async with db.transaction() as session:
            await store_notice(session, provider=provider, received=received, key_id=key_id, now=utc_now())
        return Response(provider.acknowledgement.body, media_type=provider.acknowledgement.media_type)

    return app
