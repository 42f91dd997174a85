"""The whole product in one process, on a database and a Telegram of its own, driven over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr

from admin.product import Running, running_product
from admin.story import until_noon
from core import clock
from core.clock import utc_now
from core.config import BusSettings
from core.ledger.audit import audit
from sandbox.rabbitmq import RabbitNode
from sandbox.telegram.person import World
from tests.workers.buses import forget
from workers.subscriptions import listeners


@pytest_asyncio.fixture(params=["local", "rabbitmq"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[BusSettings]:
    """Return the settings of a bus: each journey is made by way of each of them."""
    if request.param == "local":
        yield BusSettings(amqp_url=None)
        return
    node: RabbitNode = request.getfixturevalue("rabbitmq")
    settings = BusSettings(amqp_url=SecretStr(node.url), amqp_prefix=f"journey.{uuid4()}.")
    yield settings
    await forget(node.url, settings.amqp_prefix, listeners())


@pytest_asyncio.fixture
async def product(database_url: str, tmp_path: Path, bus: BusSettings) -> AsyncIterator[Running]:
    """Run the product; whatever a journey did, the book must be right at its end."""
    lively = running_product(database_url, data_dir=tmp_path, any_port=True, group_messages_per_minute=3000, bus=bus)
    async with lively as running:
        await noon(running)
        yield running
        async with running.db.transaction() as session:
            assert await audit(session) == []
    clock.shift(timedelta(0))


async def noon(running: Running) -> None:
    """Let it be noon in Moscow: what can wait for the morning would else wait in a test that runs at night."""
    assert running.page_url is not None
    async with World.connect(running.page_url) as world:
        await world.advance(until_noon(utc_now()))


@pytest_asyncio.fixture
async def world(product: Running) -> AsyncIterator[World]:
    """Reach the people of the running product's Telegram; the bot has said hello in their group."""
    assert product.page_url is not None
    async with World.connect(product.page_url) as world:
        await world.person("anna").sees("Дача 🌲", containing="Привет")
        yield world
