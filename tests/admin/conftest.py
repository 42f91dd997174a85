"""The command line on a database of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.admin.manage import Manage


@pytest.fixture
def manage(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manage]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("BOT_TOKEN", raising=False)
    configured = structlog.get_config()
    yield Manage()
    structlog.configure(**configured)
