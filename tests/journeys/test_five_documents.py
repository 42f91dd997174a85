"""The five documents that SyncBuy grew from: the client of each finds here what its gateway gave it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from admin.product import Running
from core.clock import utc_now
from sandbox.asking import new_client
from sandbox.bank.client import Bank
from sandbox.settings import BOT_TOKEN
from tests.core.identity.proofs import init_data
from tests.journeys.test_api_guide import LINES

pytestmark = pytest.mark.parametrize("bus", ["local"], indirect=True)
PASSWORD = "correct horse battery staple"


def promised(document: str) -> set[str]:
    """Return what docs/api.md offers to the clients of a document: operations, and headers where it names no other."""
    found = set()
    for there, here in (line.split("|")[1:3] for line in LINES if line.startswith(f"| {document}: ")):
        operation = re.search(r"`((?:GET|POST|WS) /[^`?]*)", here)
        header = re.search(r"`([\w-]+)`", there)
        assert operation or header
        found.add(operation[1] if operation else header[1])  # type: ignore[index]
    return found


@dataclass
class Client:
    """A program written for one of the documents, told only the new addresses; it remembers what it used."""

    http: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    async def ask(
        self, operation: str, body: Any = None, *, expect: int, key: str | None = None, **at: str
    ) -> httpx2.Response:
        """Ask for an operation as docs/api.md writes it; a word in braces is filled in, the rest is the query."""
        self.used.add(operation)
        method, path = operation.split()
        places = re.findall(r"\{(\w+)\}", path)
        headers = dict(self.headers)
        if method == "POST" and not path.startswith("/v1/auth"):
            headers["Idempotence-Key"] = key or str(uuid4())
        answer = await self.http.request(
            method,
            path.format(**at),
            json=body,
            headers=headers,
            params={name: value for name, value in at.items() if name not in places},
        )
        assert answer.status_code == expect, answer.text
        return answer

    async def register(self) -> None:
        """Become somebody by name and password, and stay signed in."""
        name = f"client{uuid4().hex[:10]}"
        await self.sign_in(await self.ask("POST /v1/auth/register", {"name": name, "password": PASSWORD}, expect=201))

    async def sign_in(self, answer: httpx2.Response) -> None:
        """Ask with these tokens from now on."""
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def order(self, amount_cents: int, description: str) -> dict[str, Any]:
        """Place an order, and return it as it ended."""
        body = {"amount_cents": amount_cents, "currency": "RUB", "description": description}
        placed = (await self.ask("POST /v1/orders", body, expect=201)).json()
        assert placed["status"] == "NEW"
        async with asyncio.timeout(10):
            while True:
                found: dict[str, Any] = (await self.ask("GET /v1/orders/{id}", expect=200, id=placed["id"])).json()
                if found["status"] != "NEW":
                    return found
                await asyncio.sleep(0.05)

    async def listed(self) -> list[str]:
        """Return the orders in the list, the newest first."""
        answer = await self.ask("GET /v1/orders", expect=200, limit="10", offset="0")
        return [order["description"] for order in answer.json()["items"]]

    async def balance(self) -> int:
        """Return what there is in roubles."""
        answer = await self.ask("GET /v1/accounts/balance", expect=200, currency="RUB")
        found: int = answer.json()["balance_cents"]
        return found

    async def deposit(self, bank: Bank, amount_cents: int) -> None:
        """Put money in: the bank asks, and what it says counts."""
        body = {"amount_cents": amount_cents, "currency": "RUB"}
        attempt = (await self.ask("POST /v1/accounts/deposit", body, expect=202)).json()
        async with asyncio.timeout(10):
            while not await bank.payments():
                await asyncio.sleep(0.05)
            [payment] = await bank.payments()
            await bank.pay(payment["id"])
            while attempt["status"] != "succeeded":
                await asyncio.sleep(0.05)
                attempt = (await self.ask("GET /v1/attempts/{id}", expect=200, id=attempt["id"])).json()


@pytest_asyncio.fixture
async def client(product: Running) -> AsyncIterator[Client]:
    """Reach the API of a running product."""
    async with new_client(base_url=product.api_url, timeout=20) as http:
        yield Client(http)


@pytest_asyncio.fixture
async def bank(product: Running) -> AsyncIterator[Bank]:
    """Reach the bank of the running product."""
    assert product.bank_url is not None
    async with Bank.connect(product.bank_url) as bank:
        yield bank


class TestAClientOf:
    async def test_000_is_known_by_name_by_telegram_and_by_its_tokens(self, client: Client) -> None:
        await client.register()
        me = (await client.ask("GET /v1/me", expect=200)).json()
        token = "POST /v1/auth/token"
        by_name = {"grant_type": "password", "name": me["login_name"], "password": PASSWORD}
        tokens = (await client.ask(token, by_name, expect=200)).json()
        assert tokens["user"]["id"] == me["id"]
        again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert (await client.ask(token, again, expect=200)).json()["user"]["id"] == me["id"]

        def proof() -> dict[str, Any]:
            signed = init_data(4_242, at=utc_now(), bot_token=BOT_TOKEN, nonce=str(uuid4()))
            return {"provider": "telegram", "proof": {"kind": "init_data", "init_data": signed}}

        unknown = await client.ask(token, {"grant_type": "external_identity", **proof()}, expect=404)
        assert unknown.json()["code"] == "EXT_IDENTITY_NOT_FOUND"
        stranger = (await client.ask("POST /v1/auth/register", proof(), expect=201)).json()["user"]["id"]
        known = await client.ask(token, {"grant_type": "external_identity", **proof()}, expect=200)
        assert known.json()["user"]["id"] == stranger != me["id"]
        again_registered = await client.ask("POST /v1/auth/register", proof(), expect=200)
        assert again_registered.json()["user"]["id"] == stranger

        key, purchase = str(uuid4()), {"title": "Tea", "currency": "RUB"}
        made = [await client.ask("POST /v1/purchases", purchase, expect=201, key=key) for _ in range(2)]
        assert made[0].json()["id"] == made[1].json()["id"]
        client.used.add("Idempotence-Key")
        assert client.used >= promised("000")

    async def test_001_pays_orders_from_one_account(self, client: Client, bank: Bank) -> None:
        await client.register()
        account = {"currency": "RUB"}
        await client.ask("POST /v1/accounts", account, expect=201)
        assert (await client.ask("POST /v1/accounts", account, expect=409)).json()["code"] == "ACCOUNT_EXISTS"
        await client.deposit(bank, 1_000_00)
        assert await client.balance() == 1_000_00

        assert (await client.order(600_00, "first"))["status"] == "FINISHED"
        refused = await client.order(600_00, "second")
        assert (refused["status"], refused["reason"]) == ("CANCELLED", "not_enough_money")

        assert await client.balance() == 400_00
        assert await client.listed() == ["second", "first"]
        somebody_else = Client(client.http)
        await somebody_else.register()
        await somebody_else.ask("GET /v1/orders/{id}", expect=404, id=refused["id"])
        assert client.used >= promised("001")

    async def test_002_needs_no_account_before_a_deposit(self, client: Client, bank: Bank) -> None:
        await client.register()
        assert (await client.ask("GET /v1/accounts/balance", expect=404, currency="RUB")).json()["code"] == "NO_ACCOUNT"
        await client.deposit(bank, 50_00)
        await client.ask("POST /v1/accounts", {"currency": "RUB"}, expect=409)

        assert (await client.order(50_00, "all of it"))["status"] == "FINISHED"

        assert await client.balance() == 0
        assert await client.listed() == ["all of it"]
        assert client.used >= promised("002")

    async def test_003_is_told_how_an_order_ended(self, client: Client, product: Running, bank: Bank) -> None:
        await client.register()
        await client.deposit(bank, 70_00)
        client.used.add("WS /v1/orders/ws")
        url = product.api_url.replace("http", "ws", 1)
        async with connect(f"{url}/v1/orders/ws", proxy=None) as socket, asyncio.timeout(10):
            await socket.send(json.dumps({"token": client.headers["Authorization"].removeprefix("Bearer ")}))
            assert json.loads(await socket.recv())["type"] == "ready"

            ended = {(await client.order(amount, "x"))["id"] for amount in (70_00, 1)}

            told: dict[str, str] = {}
            while set(told.values()) != {"FINISHED", "CANCELLED"}:
                said = json.loads(await socket.recv())
                if said["type"] == "change":
                    told[said["object_id"]] = said["data"]["status"]
        assert set(told) == ended
        assert client.used >= promised("003")

    async def test_004_finds_its_requests_by_their_correlation_id(self, client: Client, bank: Bank) -> None:
        await client.register()
        await client.ask("POST /v1/accounts", {"currency": "RUB"}, expect=201)
        await client.deposit(bank, 10_00)
        client.headers["X-Correlation-Id"] = named = str(uuid4())
        client.used.add("X-Correlation-Id")

        order = await client.order(10_00, "one")

        answer = await client.ask("GET /v1/orders/{id}", expect=200, id=order["id"])
        assert answer.headers["X-Correlation-Id"] == named
        assert await client.listed() == ["one"]
        assert await client.balance() == 0
        assert client.used >= promised("004")
