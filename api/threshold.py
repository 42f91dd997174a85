"""What every request passes on its way in and out: its id, the length of its body, headers that protect, figures."""

import time
from collections.abc import Mapping, MutableMapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import NotNow, OurFault, TooLong, answer_to
from core.db import is_away
from core.errors import DomainError
from core.telemetry import measures
from core.telemetry.trail import entering

log = structlog.get_logger()
CORRELATION_HEADER = "X-Correlation-Id"
# A page, or the documentation, says for itself what it may load, and is kept by the browser as it says.
PROTECTING = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
ELSEWHERE = "elsewhere"  # what requests are counted as that belong to no operation


class Threshold:
    """Wraps the application; what breaks within is answered here, so that nobody hears of it in another form.

    Bodies have at most `max_bytes`, but below the addresses that `longer` names as many as it says.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, longer: Mapping[str, int], is_public: bool) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._longer = longer
        self._headers = {**PROTECTING, **(OVER_TLS if is_public else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = scope["path"].rstrip("/") or "/"  # a redirect would go to whatever host the sender names
        given = Headers(scope=scope).get(CORRELATION_HEADER)
        began = time.perf_counter()
        with entering("request", correlation_id=given) as identity:
            scope.setdefault("state", {})["request_id"] = identity
            leaving = _Leaving(send, {**self._headers, CORRELATION_HEADER: identity})
            await self._pass_on(scope, receive, leaving)
        operation = getattr(scope.get("route"), "unique_id", None) or ELSEWHERE
        measures.REQUESTS.labels(operation, str(leaving.status)).inc()
        measures.REQUEST_SECONDS.labels(operation).observe((leaving.began or time.perf_counter()) - began)

    async def _pass_on(self, scope: Scope, receive: Receive, leaving: "_Leaving") -> None:
        refusal: DomainError
        max_bytes = self._max_of(scope["path"])
        try:
            announced = Headers(scope=scope).get("content-length", "")
            if announced.isdecimal() and int(announced) > max_bytes:
                raise TooLong  # noqa: TRY301 -- as where it turns out on the way
            await self._app(scope, self._counting(receive, max_bytes), leaving)
        except ClientDisconnect:
            return
        except TooLong as too_long:
            refusal = too_long
        except Exception as failure:
            if leaving.status:
                raise
            refusal = NotNow() if is_away(failure) else OurFault()
            log.exception("request-failed", path=scope["path"])
        else:
            return
        response = answer_to(refusal, Request(scope), headers={"Connection": "close"})
        await response(scope, receive, leaving)

    def _max_of(self, path: str) -> int:
        return next((most for below, most in self._longer.items() if path.startswith(below)), self._max_bytes)

    def _counting(self, receive: Receive, max_bytes: int) -> Receive:
        """Return what takes no more of a body than anybody may send: what Content-Length says may be wrong."""
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > max_bytes:
                raise TooLong
            return message

        return receive_some


class _Leaving:
    """Sends an answer with what is missing of our headers, and remembers its status and when it began.

    How long it goes on is for the other side to say, and a stream of events goes on for as long as somebody listens.
    """

    def __init__(self, send: Send, headers: MutableMapping[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0
        self.began: float | None = None  # of time.perf_counter

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began = time.perf_counter()
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)
