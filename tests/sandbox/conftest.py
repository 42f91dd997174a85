"""A bank of the test's own, with its two shops and the door where notices come in."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from sandbox.asking import new_client
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank
from sandbox.bank.shops import STANDARD, YOOKASSA
from sandbox.serving import Serving
from tests.sandbox.shop import Door, Till


@pytest_asyncio.fixture
async def bank_serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """Return a running bank that repeats notices quickly."""
    serving = Serving(create_app(data_path=tmp_path / "bank", retry_seconds=(0.02, 0.04)), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def bank(bank_serving: Serving) -> AsyncIterator[Bank]:
    """Return the way to it from outside."""
    async with Bank.connect(bank_serving.url) as bank:
        yield bank


@pytest_asyncio.fixture
async def door(bank: Bank) -> AsyncIterator[Door]:
    """Return where the notices of both shops come in."""
    door = Door()
    serving = Serving(door.app, "127.0.0.1", 0)
    await serving.start()
    for shop in (YOOKASSA, STANDARD):
        await bank.send_notices_to(shop.name, f"{serving.url}/notices/{shop.name}")
    yield door
    await bank.behave()
    await serving.stop()


@pytest_asyncio.fixture
async def http(bank_serving: Serving) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a plain client of the bank."""
    async with new_client(base_url=bank_serving.url, timeout=10) as http:
        yield http


@pytest.fixture
def till(http: httpx2.AsyncClient) -> Till:
    """Return the API for the shop whose notices are not signed."""
    return Till(http, YOOKASSA)


@pytest.fixture
def signing_till(http: httpx2.AsyncClient) -> Till:
    """Return the API for the shop whose notices are signed."""
    return Till(http, STANDARD)
