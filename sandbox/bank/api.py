"""The API over HTTP: YooKassa's version 3, in good days and in bad ones."""

import asyncio
import base64
import binascii
import contextlib
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from sandbox.bank.objects import payment_object, refund_object
from sandbox.bank.reading import read_money, read_payment, read_refund
from sandbox.bank.refusal import Impossible, Refusal
from sandbox.bank.shops import Shop
from sandbox.bank.state import State
from sandbox.bank.transitions import Transitions
from sandbox.storage import Thing

KEY_MAX, KEY_LIFETIME_SECONDS = 64, 24 * 3600
PAGE, PAGE_MAX = 10, 100
LIST_FIELDS = {"created_at.gte", "created_at.gt", "created_at.lte", "created_at.lt", "limit", "cursor", "status",
               "payment_id"}  # fmt: skip
Answer = Callable[[Shop, Request, Thing], Thing]


class Api:
    """The calls of the API, each with the bad luck that it may have."""

    def __init__(self, state: State, transitions: Transitions, public_url: str | None) -> None:
        self.state = state
        self.transitions = transitions
        self.public_url = public_url
        self.closing = asyncio.Event()

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v3")
        for verb, path, run in (
            ("POST", "/payments", self.create_payment),
            ("GET", "/payments", self.list_payments),
            ("GET", "/payments/{payment_id}", self.get_payment),
            ("POST", "/payments/{payment_id}/capture", self.capture_payment),
            ("POST", "/payments/{payment_id}/cancel", self.cancel_payment),
            ("POST", "/refunds", self.create_refund),
            ("GET", "/refunds", self.list_refunds),
            ("GET", "/refunds/{refund_id}", self.get_refund),
        ):
            router.add_api_route(path, self._route(run), methods=[verb])
        return router

    def create_payment(self, shop: Shop, request: Request, body: Thing) -> Thing:
        """Make a payment; nothing is charged before the payer confirms it."""
        wanted = read_payment(body)
        payment = self._once(shop, request, body, "payment", lambda: self.transitions.create(shop, wanted))
        return self._payment(payment, request)

    def get_payment(self, shop: Shop, request: Request, _body: Thing) -> Thing:
        """Say how a payment stands."""
        return self._payment(self._own_payment(shop, request.path_params["payment_id"]), request)

    def list_payments(self, shop: Shop, request: Request, _body: Thing) -> Thing:
        """List the shop's payments, the newest first."""
        return self._list(shop, request, self.state.payments, lambda payment: self._payment(payment, request))

    def capture_payment(self, shop: Shop, request: Request, body: Thing) -> Thing:
        """Take what is held of a payment in two stages."""
        payment = self._own_payment(shop, request.path_params["payment_id"])
        minor = None
        if "amount" in body:
            minor, currency = read_money(body["amount"])
            if currency != payment["currency"]:
                raise Refusal.invalid("amount.currency", "Currency differs from the currency of the payment")

        def capture() -> Thing:
            self.transitions.capture(payment, minor)
            return payment

        return self._payment(self._once(shop, request, body, "payment", capture), request)

    def cancel_payment(self, shop: Shop, request: Request, body: Thing) -> Thing:
        """Let go what is held of a payment in two stages."""
        payment = self._own_payment(shop, request.path_params["payment_id"])

        def cancel() -> Thing:
            if payment["status"] != "waiting_for_capture":
                raise Refusal.invalid("payment_id", f"Incorrect payment status: {payment['status']}")
            self.transitions.cancel(payment)
            return payment

        return self._payment(self._once(shop, request, body, "payment", cancel), request)

    def create_refund(self, shop: Shop, request: Request, body: Thing) -> Thing:
        """Give money of a payment back."""
        wanted = read_refund(body)
        payment = self._own_payment(shop, str(body.get("payment_id", "")))
        make = lambda: self.transitions.refund(shop, payment, wanted)  # noqa: E731 -- run once or never
        return refund_object(self._once(shop, request, body, "refund", make))

    def get_refund(self, shop: Shop, request: Request, _body: Thing) -> Thing:
        """Say how a refund stands."""
        refund = self.state.refunds.get(request.path_params["refund_id"])
        if refund is None or refund["shop"] != shop.name:
            raise Refusal.not_found("Refund", "refund_id")
        return refund_object(refund)

    def list_refunds(self, shop: Shop, request: Request, _body: Thing) -> Thing:
        """List the shop's refunds, the newest first."""
        return self._list(shop, request, self.state.refunds, refund_object)

    def _route(self, run: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def route(request: Request) -> Response:
            return await self._answered(run, request)

        return route

    async def _answered(self, run: Answer, request: Request) -> Response:
        call = run.__name__
        take = self.state.faults.take
        if take("outage", call):
            return _html(503, "Service Unavailable")
        if take("bad_gateway", call):
            return _html(502, "Bad Gateway")
        shop = self._authenticated(request)
        if take("too_many_requests", call):
            raise Refusal(429, "too_many_requests", "Too many requests, try again later")
        if take("fail_before", call):
            raise Refusal.internal()
        body = await _read(request) if request.method == "POST" else {}
        self.transitions.expire_overdue()
        try:
            answer = run(shop, request, body)
        except Impossible as impossible:
            raise Refusal.invalid("payment_id", str(impossible)) from impossible
        if fault := take("hang_after", call):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), float(fault.get("seconds", 60)))
            raise Refusal.internal()
        if take("fail_after", call):
            raise Refusal.internal()
        return JSONResponse(answer)

    def _authenticated(self, request: Request) -> Shop:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            shop_id, _, key = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            shop_id = key = ""
        for shop in self.state.shops.values():
            if scheme.lower() == "basic" and (shop.shop_id, shop.secret_key) == (shop_id, key):
                return shop
        raise Refusal(401, "invalid_credentials", "Error in shopId or secretKey", "Authorization")

    def _once(self, shop: Shop, request: Request, body: Thing, kind: str, make: Callable[[], Thing]) -> Thing:
        """Return what the first request of this key made, or make it."""
        key = request.headers.get("idempotence-key", "")
        if not key:
            raise Refusal.invalid("Idempotence-Key", "Idempotence key is missing")
        if len(key) > KEY_MAX:
            raise Refusal.invalid("Idempotence-Key", "Idempotence key is too long")
        asked = json.dumps([request.url.path, body], sort_keys=True)
        identity = f"{shop.name} {key}"
        known = self.state.keys.get(identity)
        made = self.state.payments if kind == "payment" else self.state.refunds
        if known is not None and self.state.now() - known["created"] < KEY_LIFETIME_SECONDS:
            if known["asked"] != asked:
                raise Refusal.invalid("Idempotence-Key", "Idempotence key duplicated")
            return made[known["made"]]
        thing = make()
        self.state.add("key", {"id": identity, "asked": asked, "made": thing["id"]})
        return thing

    def _own_payment(self, shop: Shop, payment_id: str) -> Thing:
        payment = self.state.payments.get(payment_id)
        if payment is None or payment["shop"] != shop.name:
            raise Refusal.not_found("Payment", "payment_id")
        return payment

    def _payment(self, payment: Thing, request: Request) -> Thing:
        return payment_object(self.state, payment, self.public_url or str(request.base_url))

    def _list(self, shop: Shop, request: Request, things: dict[str, Thing], write: Callable[[Thing], Thing]) -> Thing:
        asked = dict(request.query_params)
        unknown = asked.keys() - LIST_FIELDS
        if unknown:
            raise Refusal.invalid(min(unknown), "Unknown parameter")
        limit = asked.get("limit", str(PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= PAGE_MAX:
            raise Refusal.invalid("limit", f"A number from 1 to {PAGE_MAX} expected")
        if not asked.get("cursor", "0").isdecimal():
            raise Refusal.invalid("cursor", "Incorrect cursor")
        times = {name: _read_time(name, asked[name]) for name in asked if name.startswith("created_at.")}
        before = int(asked.get("cursor", 0)) or self.state.meta["number"] + 1
        fitting = [
            thing
            for thing in reversed(things.values())
            if thing["shop"] == shop.name
            and thing["number"] < before
            and asked.get("status") in {None, thing["status"]}
            and asked.get("payment_id") in {None, thing.get("payment_id")}
            and _within(thing["created"], times)
        ]
        page = fitting[: int(limit)]
        answer: Thing = {"type": "list", "items": [write(thing) for thing in page]}
        if len(fitting) > len(page):
            answer["next_cursor"] = str(page[-1]["number"])
        return answer


async def _read(request: Request) -> Thing:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise Refusal(415, "invalid_request", "Content type application/json expected", "Content-Type")
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise Refusal(400, "invalid_request", "Body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_request", "JSON object expected")
    return body


def _read_time(name: str, value: str) -> float:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal.invalid(name, "ISO 8601 expected") from None
    if time.tzinfo is None:
        raise Refusal.invalid(name, "ISO 8601 with an offset expected")
    return time.timestamp()


def _within(created: float, times: dict[str, float]) -> bool:
    written = int(created * 1000) / 1000  # as the object shows it
    compared: dict[str, Callable[[float], Any]] = {
        "created_at.gte": lambda time: written >= time,
        "created_at.gt": lambda time: written > time,
        "created_at.lte": lambda time: written <= time,
        "created_at.lt": lambda time: written < time,
    }
    return all(compared[name](time) for name, time in times.items())


def _html(status: int, words: str) -> Response:
    body = f"<html><head><title>{status} {words}</title></head><body><h1>{status} {words}</h1></body></html>"
    return Response(body, status, {"x-request-id": str(uuid.uuid4())}, "text/html")
