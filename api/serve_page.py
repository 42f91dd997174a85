"""The page of SyncBuy: the files of the folder `page`, as they are."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

PAGE = Path(__file__).parent / "page"
_LOADS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'"
)


class _Files(StaticFiles):
    """Files that a browser asks for again each time, and gets only if they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def serve_page(app: FastAPI, *, framed_by: str) -> None:
    """Serve the page at `/` and its files below `/app/`; the addresses in `framed_by` may show it in a frame."""
    headers = {
        "Content-Security-Policy": f"{_LOADS}; frame-ancestors 'self' {framed_by}".strip(),
        "Cache-Control": "no-cache",
    }

    @app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(_: Request) -> FileResponse:
        return FileResponse(PAGE / "index.html", headers=headers)

    app.mount("/app", _Files(directory=PAGE), name="page")
