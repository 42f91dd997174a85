"""The HTTP API on a database of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from core.db import Database
from tests.api.door import Door, open_door


@pytest_asyncio.fixture
async def door(db: Database, tmp_path: Path) -> AsyncIterator[Door]:
    """Serve the API, patiently."""
    async with open_door(db, tmp_path) as door:
        yield door
