"""The OpenAPI 3.1 document: what FastAPI knows of the routes, and every answer that they share."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import EXAMPLE_ID, Error, code_of, status_of
from api.idempotency import JSON, LOCATION
from core.errors import DomainError

Document = dict[str, Any]
VERSION = "1.0.0"
ABOUT = (
    "SyncBuy helps groups of people buy things together. What a person can do in the chat they can do here, as the "
    "same person.\n\n"
    "Amounts are integers in minor units (`..._cents`, whatever the currency), moments are ISO 8601 in UTC, ids are "
    "UUIDs. What belongs to others is not found. A request that creates something carries an `Idempotence-Key`. Every "
    "answer has an `X-Correlation-Id`, which finds it in our logs; one that the client sends is kept."
)
# What any request may be answered, and whom it concerns: everybody, who is signed in, has a key, a body or parameters.
_TO_ALL = {
    "400": "The body is no JSON, or the idempotency key is missing or none.",
    "408": "The body did not arrive in time.",
    "413": "The body is too long.",
    "429": "Too often; `Retry-After` says in how many seconds to come again.",
    "500": "A bug of ours; nothing has happened.",
    "503": "The database is away for a moment; nothing has happened, and `Retry-After` says when to come again.",
}
_TO_SIGNED_IN = {"401": "No token, or it is nobody's any more."}
_TO_KEYS = {"409": "Something stands in the way, or a request with this key is being carried out."}
_TO_ASKERS = {"422": "Not what this address takes, or a limit is broken."}
_CODES = {
    "400": "MALFORMED_REQUEST",
    "401": "NOT_SIGNED_IN",
    "404": "NO_SUCH_ADDRESS",
    "408": "TOO_SLOW",
    "413": "TOO_LONG",
    "422": "WRONG_SHAPE",
    "429": "TOO_OFTEN",
    "500": "OUR_FAULT",
    "503": "NOT_NOW",
    "409": "SAME_KEY_STILL_RUNNING",
}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds.", "example": 2}}
_HEADERS: dict[str, Document] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}, "example": "Bearer"}},
    "429": _RETRY_AFTER,
    "503": _RETRY_AFTER,
}
_OF_KEYS: dict[str, Document] = {"409": _RETRY_AFTER}  # where a request with this key is being carried out
_CORRELATION = {"X-Correlation-Id": {"schema": {"type": "string"}, "description": "Finds the request in our logs."}}


def refusals(*kinds: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Return what the decorator of a route says of the rules that may say no to it."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        examples: Document = {}
        told = {"description": "A rule says no.", "model": Error, "content": {JSON: {"examples": examples}}}
        answer = answers.setdefault(status_of(kind), told)
        sentence = " ".join((kind.__doc__ or "").split())
        answer["content"][JSON]["examples"][code_of(kind)] = {
            "summary": sentence,
            "value": {"code": code_of(kind), "message": sentence, "request_id": EXAMPLE_ID},
        }
    return answers


def document_of(app: FastAPI) -> Document:
    """Return the document of an application, complete with what no single route has to say."""
    if app.openapi_schema is None:
        document = get_openapi(title="SyncBuy", version=VERSION, description=ABOUT, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault("Error", Error.model_json_schema())
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path, _, operation in _operations(document):
            _complete(path, operation)
            _link(path, operation, document)
        app.openapi_schema = document
    return app.openapi_schema


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(path: str, operation: Document) -> None:
    """Add the answers that an operation shares with others, and what every answer has."""
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    shared = dict(_TO_ALL)
    if operation.get("security"):
        shared |= _TO_SIGNED_IN
    headers = dict(_HEADERS)
    if any(parameter["in"] == "header" for parameter in operation.get("parameters", ())):
        shared |= _TO_KEYS
        headers |= _OF_KEYS
    if "requestBody" in operation or any(each["in"] == "query" for each in operation.get("parameters", ())):
        shared |= _TO_ASKERS
    if "{" in path:
        shared["404"] = "There is no such thing, or it is somebody else's."
    for status, description in shared.items():
        answer = answers.setdefault(status, {})
        answer["description"] = description
        content = answer.setdefault("content", {}).setdefault(JSON, {"schema": {"$ref": "#/components/schemas/Error"}})
        content.setdefault("examples", {})[_CODES[status]] = _example(status)
    for status, answer in answers.items():
        answer["headers"] = {**answer.get("headers", {}), **headers.get(status, {}), **_CORRELATION}
    operation["responses"] = dict(sorted(answers.items()))


def _link(path: str, operation: Document, document: Document) -> None:
    """Say where the thing is that an operation creates, and which operation reads it by what it answers."""
    location = operation.pop(LOCATION, None)
    if location is None:
        return
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for answer in answers:
        header = {"schema": {"type": "string"}, "description": "Where it is.", "example": location}
        answer["headers"]["Location"] = header
    address, _, query = location.partition("?")
    pattern = re.sub(r"\\{\w+\\}", r"\\{(\\w+)\\}", re.escape(address))
    for other, methods in document["paths"].items():
        found = re.fullmatch(pattern, other)
        if found and "get" in methods:
            given = [*re.findall(r"\{(\w+)\}", address)]
            values = {name: _value(word, path) for name, word in zip(found.groups(), given, strict=True)}
            values |= {name: _value(word, path) for name, word in re.findall(r"(\w+)=\{(\w+)\}", query)}
            identity = methods["get"]["operationId"]
            for answer in answers:
                answer["links"] = {identity: {"operationId": identity, "parameters": values}}


def _value(word: str, path: str) -> str:
    """Return where a word of a location comes from: the address of the request, or else its answer."""
    return f"$request.path.{word}" if f"{{{word}}}" in path else f"$response.body#/{word}"


def _example(status: str) -> Document:
    return {"value": {"code": _CODES[status], "message": "…", "request_id": EXAMPLE_ID}}
