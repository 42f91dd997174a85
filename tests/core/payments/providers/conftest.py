"""What tests of providers need: a scripted server, a client, and one of each provider."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from core.payments.providers.cloudpayments import CloudPayments
from core.payments.providers.standard import Standard
from core.payments.providers.stripe import Stripe
from core.payments.providers.telegram import Telegram
from core.payments.providers.yookassa import YooKassa
from core.secrets import Secrets
from sandbox.asking import new_client
from tests.core.payments.providers.scripted import Scripted, scripted

BOT_TOKEN = "7000000001:" + "a" * 35


@pytest_asyncio.fixture
async def bank() -> AsyncIterator[Scripted]:
    async with scripted() as bank:
        yield bank


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with new_client(timeout=10) as http:
        yield http


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path / "secrets.json")


@pytest.fixture
def yookassa(http: httpx2.AsyncClient, bank: Scripted) -> YooKassa:
    return YooKassa(
        http,
        url=bank.url,
        shop_id="100500",
        secret_key=SecretStr("live_key"),
        networks="185.71.76.0/27,77.75.156.11/32,2a02:5180::/32",
        currencies=frozenset({"RUB"}),
    )


@pytest.fixture
def standard(http: httpx2.AsyncClient, bank: Scripted, secrets: Secrets) -> Standard:
    return Standard(
        http,
        url=bank.url,
        shop_id="100500",
        secret_key=SecretStr("live_key"),
        secrets=secrets,
        currencies=frozenset({"RUB"}),
    )


@pytest.fixture
def stripe(http: httpx2.AsyncClient, bank: Scripted, secrets: Secrets) -> Stripe:
    return Stripe(
        http, url=bank.url, api_key=SecretStr("sk_test_key"), secrets=secrets, currencies=frozenset({"EUR", "UGX"})
    )


@pytest.fixture
def cloudpayments(http: httpx2.AsyncClient, bank: Scripted, secrets: Secrets) -> CloudPayments:
    return CloudPayments(
        http,
        url=bank.url,
        public_id="pk_1",
        api_secret=SecretStr("secret"),
        secrets=secrets,
        currencies=frozenset({"RUB"}),
    )


@pytest.fixture
def telegram(http: httpx2.AsyncClient, bank: Scripted) -> Telegram:
    return Telegram(
        http,
        url=bank.url,
        bot_token=SecretStr(BOT_TOKEN),
        payment_token=SecretStr("381764678:TEST:1"),
        currencies=frozenset({"RUB"}),
    )
