"""What tests of faults have in common: every bus, with events of the product itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.db import Database
from sandbox.rabbitmq import RabbitNode
from tests.workers.buses import Buses, forget
from workers.subscriptions import listeners


@pytest_asyncio.fixture(params=["local", "rabbitmq"])
async def every_bus(request: pytest.FixtureRequest, db: Database) -> AsyncIterator[Buses]:
    """Return what makes buses of one kind that carry the product's own events; each test is run with every kind."""
    node: RabbitNode | None = request.getfixturevalue("rabbitmq") if request.param == "rabbitmq" else None
    buses = Buses(db, None if node is None else node.url)
    yield buses
    if node is not None:
        await forget(node.url, buses.prefix, listeners())
        await buses.forget()
