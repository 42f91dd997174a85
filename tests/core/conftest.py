"""Keys for tests of signing in."""

from pathlib import Path

import pytest

from core.secrets import Secrets
from tests.core.identity.signing_in import keys


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return keys(tmp_path)
