"""The webhooks on a database of the test's own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from core.db import Database
from tests.webhooks.door import Door, open_door


@pytest_asyncio.fixture
async def door(db: Database) -> AsyncIterator[Door]:
    """Serve the webhooks as the default settings say."""
    async with open_door(db) as door:
        yield door
