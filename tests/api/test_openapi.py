"""The OpenAPI document is complete: every answer, every example, every lock; and people can read it offline."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.app import create_app
from api.errors import EXAMPLE_ID
from api.ground import Ground
from core.db import Database
from core.secrets import Secrets
from tests.api.door import Door
from tests.containers import ROOT

APP = create_app(Ground(Database.connect("postgresql://localhost/"), Secrets(ROOT / "there-is-no-such-file")))
DOCUMENT = APP.openapi()
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
ENDLESS = "listen"  # an answer that goes on until somebody ends it; test_live.py asks who hears what
OPEN = {"read_config", "register", "sign_in"}  # to whoever is not signed in
WITHOUT_KEY = {"register", "sign_in", "sign_out", "create_token", "set_password"}


def _schemas(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return what an operation takes and answers in JSON, by where that is."""
    for where, holder in (("request", operation.get("requestBody", {})), *operation["responses"].items()):
        content = holder.get("content", {}).get("application/json")
        if content is not None:
            yield where, content


def _example(schema: dict[str, Any]) -> Any:  # noqa: PLR0911 -- one for each kind of schema
    """Return an example of a schema, put together from those of its parts."""
    if schema.get("examples"):
        return schema["examples"][0]
    match schema:
        case {"const": said}:
            return said
        case {"$ref": name}:
            return _example(DOCUMENT["components"]["schemas"][name.rpartition("/")[2]])
        case {"enum": [first, *_]} | {"anyOf": [first, *_]} | {"oneOf": [first, *_]}:
            return first if isinstance(first, str) else _example(first)
        case {"type": "object", "properties": parts}:
            return {name: _example(parts[name]) for name in schema.get("required", [])}
        case {"type": "array", "items": items}:
            return [_example(items)]
        case {"format": "uuid" | "binary"} | {"type": "boolean"}:
            return {"uuid": EXAMPLE_ID, "binary": ""}.get(schema.get("format", ""), True)
    raise AssertionError(f"no example: {schema}")


class TestTheDocument:
    def test_is_openapi_of_this_api(self) -> None:
        assert DOCUMENT["openapi"].startswith("3.1")
        assert len(OPERATIONS) == sum(len(methods) for methods in DOCUMENT["paths"].values())
        assert all(path.startswith("/v1/") for path in DOCUMENT["paths"])

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_says_of_each_operation_what_it_does_and_who_may(self, name: str) -> None:
        path, _, operation = OPERATIONS[name]

        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        assert (operation.get("security") == [{"bearer": []}]) == (name not in OPEN)
        assert {f"{{{each['name']}}}" for each in operation.get("parameters", []) if each["in"] == "path"} == set(
            re.findall(r"\{\w+\}", path)
        )

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_names_every_answer_that_an_operation_may_give(self, name: str) -> None:
        path, method, operation = OPERATIONS[name]
        answers = set(operation["responses"])
        wanted = {"400", "408", "413", "429", "500", "503"}
        wanted |= {"401"} if name not in OPEN else set()
        wanted |= {"422"} if "requestBody" in operation else set()
        wanted |= {"404"} if "{" in path else set()
        has_key = any(each["name"] == "Idempotence-Key" for each in operation.get("parameters", []))

        assert wanted <= answers
        assert any(status.startswith("2") for status in answers)
        for status, answer in operation["responses"].items():
            assert answer["description"].strip(), status
            assert "X-Correlation-Id" in answer["headers"]
            if status.startswith(("4", "5")):
                assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
        if {"201", "202"} & answers:
            assert method == "post"
            assert all("Location" in operation["responses"][status]["headers"] for status in {"201", "202"} & answers)
            assert has_key == (name not in WITHOUT_KEY)
        if has_key:
            assert {"409", "422"} <= answers
            assert "Retry-After" in operation["responses"]["409"]["headers"]

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_shows_an_example_of_all_that_is_taken_and_answered(self, name: str) -> None:
        for where, content in _schemas(OPERATIONS[name][2]):
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            examples = [each["value"] for each in content.get("examples", {}).values()]
            for example in examples or [_example(content["schema"])]:
                errors = [error.message for error in Draft202012Validator(schema).iter_errors(example)]
                assert errors == [], where

    @pytest.mark.parametrize("name", [name for name in OPERATIONS if "Location" in str(OPERATIONS[name])])
    def test_links_what_was_created_to_where_it_is_read(self, name: str) -> None:
        answers = [each for each in OPERATIONS[name][2]["responses"].values() if "Location" in each["headers"]]
        assert answers
        for answer in answers:
            [link] = answer["links"].values()
            path, method, _ = OPERATIONS[link["operationId"]]
            location = answer["headers"]["Location"]["example"]
            assert method == "get"
            assert re.sub(r"\{\w+\}", "{}", path) == re.sub(r"\{\w+\}", "{}", location.partition("?")[0])
            assert set(link["parameters"]) >= set(re.findall(r"\{(\w+)\}", path))

    def test_says_nothing_of_what_the_framework_would_answer(self) -> None:
        assert "HTTPValidationError" not in json.dumps(DOCUMENT)


class TestTheDocumentation:
    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    async def test_is_served_with_all_that_it_loads(self, door: Door, path: str) -> None:
        page = await door.http.get(path)
        loaded = re.findall(r'(?:src|href|spec-url)="([^"]+)"', page.text)

        assert page.status_code == 200
        assert "http" not in page.text.replace("http-equiv", "")
        for address in loaded:
            if not address.startswith("data:"):
                assert (await door.http.get(address)).status_code == 200, address
