"""The OpenAPI document, and what shows it to people without any outside address: /docs (Swagger UI) and /redoc."""

import asyncio
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

THEIRS = Path(fastapi_offline.__file__).parent / "static"
STATIC = "/docs/static"
OPENAPI = "/openapi.json"
# ReDoc searches in a worker that it makes of a blob, and both write styles into the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SyncBuy API</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
{body}
</body>
</html>
"""
_SWAGGER = _PAGE.format(
    head=f'<link rel="stylesheet" href="{STATIC}/swagger-ui.css">',
    body=f'<div id="swagger-ui"></div>\n<script src="{STATIC}/swagger-ui-bundle.js"></script>\n'
    '<script src="/docs/start.js"></script>',
)
_START = f'SwaggerUIBundle({{ url: "{OPENAPI}", dom_id: "#swagger-ui", deepLinking: true, layout: "BaseLayout" }});\n'
_REDOC = _PAGE.format(
    head="<style>body { margin: 0 }</style>",
    body=f'<redoc spec-url="{OPENAPI}"></redoc>\n<script src="{STATIC}/redoc.standalone.js"></script>',
)


def serve_documentation(app: FastAPI) -> None:
    """Add the document, the two pages and what they load."""

    @app.get(OPENAPI, include_in_schema=False)
    async def document() -> JSONResponse:
        # The first time it takes a second of the processor, in which others want their answers.
        return JSONResponse(await asyncio.to_thread(app.openapi))

    @app.get("/docs", include_in_schema=False)
    async def swagger() -> HTMLResponse:
        return HTMLResponse(_SWAGGER, headers=_HEADERS)

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    @app.get("/redoc", include_in_schema=False)
    async def redoc() -> HTMLResponse:
        return HTMLResponse(_REDOC, headers=_HEADERS)

    app.mount(STATIC, StaticFiles(directory=THEIRS))
