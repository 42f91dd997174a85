"""The contract of events: its document is valid, up to date, and changes only as its readers can bear."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from admin.contract import breaking_changes

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "events.asyncapi.json"
SCHEMA = Path(__file__).with_name("asyncapi-3.0.0.json")

Document = dict[str, Any]


def _manage(*words: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "admin", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=100)


@pytest.fixture(scope="module")
def committed() -> Document:
    """Return the document that others read."""
    document: Document = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return document


@pytest.fixture
def changed(committed: Document) -> Document:
    """Return a copy of the document, to be changed."""
    return copy.deepcopy(committed)


def _fields(document: Document, name: str) -> Document:
    fields: Document = document["components"]["schemas"][name]["properties"]
    return fields


class TestTheDocument:
    def test_is_what_the_command_prints(self) -> None:
        printed = _manage("events", "asyncapi")

        assert printed.returncode == 0, printed.stderr
        assert printed.stdout == COMMITTED.read_text(encoding="utf-8"), (
            "python3 manage.py events asyncapi --output docs/events.asyncapi.json"
        )

    def test_has_every_event(self, committed: Document) -> None:
        travelled = (ROOT / "tests" / "core" / "outbox" / "payloads").glob("*.json")

        assert committed["components"]["messages"].keys() == {file.name.rpartition(".v")[0] for file in travelled}

    def test_is_asyncapi_3(self, committed: Document) -> None:
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(committed)

    def test_refers_to_nothing_that_is_not_there(self, committed: Document) -> None:
        def references(part: object) -> list[str]:
            if isinstance(part, list):
                return [found for each in part for found in references(each)]
            if not isinstance(part, dict):
                return []
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [found for each in part.values() for found in references(each)]

        found = set(references(committed))
        assert len(found) > 80
        for reference in found:
            place: Any = committed
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]

    def test_has_an_example_of_each_event_that_its_schema_accepts(self, committed: Document) -> None:
        resource = DRAFT202012.create_resource(committed)
        registry: Registry[Any] = Registry().with_resource("urn:events", resource)
        for name, message in committed["components"]["messages"].items():
            schema = {"$ref": f"urn:events#/components/messages/{name}/payload"}
            checker = jsonschema.Draft202012Validator(
                schema, registry=registry, format_checker=jsonschema.FormatChecker()
            )
            [example] = message["examples"]

            checker.validate(example["payload"])

            of_event = committed["components"]["schemas"][name]
            assert example["payload"]["payload"].keys() == of_event["properties"].keys()
            assert not checker.is_valid({**example["payload"], "payload": {}})

    def test_names_who_listens_and_where_each_event_goes(self, committed: Document) -> None:
        channels, messages = committed["channels"], committed["components"]["messages"]

        assert messages["order.placed"]["x-consumers"] == ["live", "take-orders"]
        assert channels["take-orders"]["messages"].keys() == {"order.placed"}
        assert channels["take-orders"]["bindings"]["amqp"]["queue"]["name"] == "syncbuy.take-orders"
        assert channels["events"]["bindings"]["amqp"]["exchange"]["name"] == "syncbuy.events"
        topics = {name: channel for name, channel in channels.items() if name.startswith("kafka.")}
        assert {name for channel in topics.values() for name in channel["messages"]} == messages.keys()
        assert topics["kafka.order"]["address"] == "syncbuy.order"
        assert "account.money_held" in topics["kafka.order"]["messages"]


class TestAChange:
    def test_that_adds_a_field_with_a_default_breaks_nobody(self, committed: Document, changed: Document) -> None:
        _fields(changed, "purchase.opened")["mood"] = {"type": "string", "default": "good"}
        _fields(changed, "purchase.opened")["title"]["description"] = "What it is called."

        assert breaking_changes(committed, changed) == []

    def test_c48_that_takes_a_field_away_breaks_readers(self, committed: Document, changed: Document) -> None:
        del _fields(changed, "purchase.opened")["title"]

        assert breaking_changes(committed, changed) == ["purchase.opened v1: title is gone"]

    def test_c48_that_renames_a_field_breaks_readers(self, committed: Document, changed: Document) -> None:
        schema = changed["components"]["schemas"]["purchase.opened"]
        schema["properties"]["name"] = schema["properties"].pop("title")
        schema["required"] = [*schema["required"][:-1], "name"]

        assert breaking_changes(committed, changed) == [
            "purchase.opened v1: title is gone",
            "purchase.opened v1: name is new and has no default",
        ]

    @pytest.mark.parametrize("kind", [{"type": "integer"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}])
    def test_c48_of_what_a_field_is_breaks_readers(
        self, committed: Document, changed: Document, kind: Document
    ) -> None:
        _fields(changed, "purchase.opened")["title"] = kind

        assert breaking_changes(committed, changed) == ["purchase.opened v1: title is of another kind"]

    def test_that_lets_a_field_be_missing_breaks_readers(self, committed: Document, changed: Document) -> None:
        changed["components"]["schemas"]["purchase.opened"]["required"].remove("title")

        assert breaking_changes(committed, changed) == ["purchase.opened v1: title may be missing now"]

    def test_that_drops_an_event_or_moves_it_elsewhere_breaks_readers(
        self, committed: Document, changed: Document
    ) -> None:
        del changed["components"]["messages"]["task.taken"]
        changed["components"]["messages"]["order.placed"]["x-aggregate"] = "user_id"

        told = breaking_changes(committed, changed)

        assert sorted(told) == ["order.placed v1: has another aggregate", "task.taken is gone"]

    def test_of_any_kind_is_fine_with_a_higher_version_and_never_with_a_lower(
        self, committed: Document, changed: Document
    ) -> None:
        del _fields(changed, "purchase.opened")["title"]
        changed["components"]["messages"]["purchase.opened"]["x-version"] = 2

        assert breaking_changes(committed, changed) == []
        assert breaking_changes(changed, committed) == ["purchase.opened has gone back to v1"]


class TestTheCommand:
    def test_writes_a_file_and_leaves_one_whose_readers_would_break(self, tmp_path: Path, changed: Document) -> None:
        file = tmp_path / "events.json"
        assert _manage("events", "asyncapi", "--output", str(file)).returncode == 0
        assert file.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8")
        _fields(changed, "task.taken")["colour"] = {"type": "string"}
        before = json.dumps(changed)
        file.write_text(before, encoding="utf-8")

        refused = _manage("events", "asyncapi", "--output", str(file))

        assert refused.returncode == 1
        assert "task.taken v1: colour is gone" in refused.stderr
        assert file.read_text(encoding="utf-8") == before

    def test_lists_every_event(self, committed: Document) -> None:
        listed = json.loads(_manage("events", "list", "--json").stdout)["events"]

        assert [event["name"] for event in listed] == sorted(committed["components"]["messages"])

    def test_shows_an_event_as_it_travels(self, committed: Document) -> None:
        shown = json.loads(_manage("events", "example", "task.taken").stdout)

        assert shown == committed["components"]["messages"]["task.taken"]["examples"][0]["payload"]
        assert _manage("events", "example", "task.stolen").returncode == 2
