"""The pages of the bank: where payers pay, and the overview."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from sandbox.bank.control import fail
from sandbox.bank.overview_page import overview_page
from sandbox.bank.payment_page import missing_page, payment_page
from sandbox.bank.refusal import Impossible
from sandbox.bank.state import State
from sandbox.bank.transitions import Transitions

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'"


def pages(state: State, transitions: Transitions) -> APIRouter:
    """Return the routes."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    async def overview(request: Request) -> Response:
        return _html(overview_page(state, _language(request)))

    @router.get("/pay/{payment_id}")
    async def pay(payment_id: str, request: Request) -> Response:
        transitions.expire_overdue()
        payment = state.payments.get(payment_id)
        if payment is None:
            return _html(missing_page(_language(request)), 404)
        return _html(payment_page(payment, str(request.url)))

    @router.post("/pay/{payment_id}")
    async def choose(payment_id: str, act: str = Form(), reason: str = Form("insufficient_funds")) -> Response:  # noqa: FAST002 -- short
        transitions.expire_overdue()
        payment = state.payments[payment_id]
        acts: dict[str, Callable[[], None]] = {
            "pay": lambda: transitions.succeed(payment),
            "refuse": lambda: fail(transitions, payment, reason),
            "cancel": lambda: transitions.cancel(payment),
        }
        with contextlib.suppress(Impossible):  # it ended meanwhile: the page shows how
            acts[act]()
        return RedirectResponse(f"/pay/{payment_id}", 303)

    @router.get("/pay/{payment_id}/status")
    async def status(payment_id: str) -> Response:
        return Response(state.payments[payment_id]["status"], media_type="text/plain")

    @router.get("/page/{name}")
    async def file(name: str) -> Response:
        if name not in {found.name for found in PAGE.iterdir()}:
            return Response(status_code=404)
        return FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    return router


def _language(request: Request) -> str:
    return "ru" if request.headers.get("accept-language", "ru").lower().startswith("ru") else "en"


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
