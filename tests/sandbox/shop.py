"""A shop for tests of the bank: it asks the API by plain HTTP and takes notices as they come."""

import asyncio
import base64
import uuid
from typing import Any

import httpx2
from fastapi import FastAPI, Request, Response

from sandbox.bank.shops import Shop


class Till:
    """The shop's way to the API, with its credentials."""

    def __init__(self, http: httpx2.AsyncClient, shop: Shop) -> None:
        self.http = http
        secret = base64.b64encode(f"{shop.shop_id}:{shop.secret_key}".encode()).decode()
        self.headers = {"Authorization": f"Basic {secret}"}

    async def ask(self, verb: str, path: str, body: Any = None, *, key: str | None = "") -> httpx2.Response:
        """Send a request; with a fresh idempotence key unless one is given, or None for none."""
        headers = dict(self.headers)
        if verb == "POST" and key is not None:
            headers["Idempotence-Key"] = key or str(uuid.uuid4())
        return await self.http.request(verb, f"/v3/{path}", json=body, headers=headers)

    async def done(self, verb: str, path: str, body: Any = None, *, key: str | None = "") -> dict[str, Any]:
        answer = await self.ask(verb, path, body, key=key)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, verb: str, path: str, body: Any = None, *, key: str | None = "") -> tuple[int, str, str]:
        """Return status, code and parameter of a refusal."""
        answer = await self.ask(verb, path, body, key=key)
        error = answer.json()
        assert error["type"] == "error"
        assert error["id"]
        assert error["description"]
        return answer.status_code, error["code"], error.get("parameter", "")

    async def create(self, value: str = "100.00", currency: str = "RUB", **more: Any) -> dict[str, Any]:
        """Make a payment in one stage."""
        return await self.done("POST", "payments", wanted(value, currency, **more))

    async def refund(self, payment_id: str, value: str, currency: str = "RUB") -> dict[str, Any]:
        amount = {"value": value, "currency": currency}
        return await self.done("POST", "refunds", {"payment_id": payment_id, "amount": amount})


def wanted(value: str = "100.00", currency: str = "RUB", **more: Any) -> dict[str, Any]:
    """Return the body of a request for a payment."""
    confirmation = {"type": "redirect", "return_url": "https://t.me/SyncBuyBot"}
    amount = {"value": value, "currency": currency}
    return {"amount": amount, "capture": True, "confirmation": confirmation, "description": "Дача", **more}


class Door:
    """Where notices come in; `answers` are the statuses that the next of them get, then 200."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.app = FastAPI()

        @self.app.post("/notices/{shop}")
        async def take(shop: str, request: Request) -> Response:
            headers = {**{name.lower(): value for name, value in request.headers.items()}, "shop": shop}
            self.came.append((headers, await request.body()))
            return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def wait_for(self, number: int) -> list[tuple[dict[str, str], bytes]]:
        """Wait until so many notices came."""
        async with asyncio.timeout(5):
            while len(self.came) < number:
                await asyncio.sleep(0.01)
        return self.came
