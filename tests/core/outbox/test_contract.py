"""Facts that were written down by earlier versions of the product are read by this one.

`payloads/` holds each version of each event as it once travelled. These files are never changed: a new event and a new
version bring a new one (`python3 manage.py events example NAME`).
"""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from core.outbox.envelope import JSON, Envelope
from core.outbox.event import REGISTRY, Event

ROOT = Path(__file__).parents[3]
PAYLOADS = sorted((Path(__file__).parent / "payloads").glob("*.json"))


@pytest.fixture(scope="module")
def events() -> dict[str, type[Event]]:
    """Return every event of the product by its name, and none of the tests."""
    for file in (ROOT / "core").glob("*/events.py"):
        importlib.import_module(f"core.{file.parent.name}.events")
    return {name: event for name, event in REGISTRY.items() if event.__module__.startswith("core.")}


def _envelope(file: Path) -> Envelope:
    return JSON.validate_json(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", PAYLOADS, ids=lambda file: file.stem)
class TestAnEarlierFact:
    def test_c48_is_still_read(self, file: Path, events: dict[str, type[Event]]) -> None:
        envelope = _envelope(file)
        kind = events[envelope.event_name]

        event = kind.model_validate(envelope.payload)

        assert envelope.event_version <= kind.version
        assert event.aggregate_id == envelope.aggregate_id

    def test_c48_has_kept_every_field_unless_its_version_was_raised(
        self, file: Path, events: dict[str, type[Event]]
    ) -> None:
        envelope = _envelope(file)
        kind = events[envelope.event_name]
        if envelope.event_version < kind.version:
            return

        written: dict[str, Any] = json.loads(kind.model_validate(envelope.payload).model_dump_json(exclude_unset=True))

        assert written == envelope.payload, "raise the version: others read these fields"


class TestPayloads:
    def test_hold_every_version_of_every_event(self, events: dict[str, type[Event]]) -> None:
        wanted = {f"{event.name}.v{version}" for event in events.values() for version in range(1, event.version + 1)}

        assert {file.stem for file in PAYLOADS} >= wanted
