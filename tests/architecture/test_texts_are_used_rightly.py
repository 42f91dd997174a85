"""Every text that the code says exists, and everything that a text needs is given."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

ROOT = Path(__file__).parents[2]
SAYING = {"say", "say_plain", "label", "toast", "reply", "ask", "_button"}


def _keys(language: str) -> set[str]:
    entries = []
    for file in sorted((ROOT / "core" / "texts" / language).glob("*.ftl")):
        entries += FluentParser().parse(file.read_text(encoding="utf-8")).body
    return {entry.id.name for entry in entries if isinstance(entry, Message)}


def _said() -> list[tuple[str, str]]:
    """Return (place, key or beginning of a key) of every call that says something."""
    found = []
    for folder in ("core", "bot", "workers"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in (
                    SAYING if folder == "bot" else SAYING - {"label"}
                ):
                    for argument in node.args[:2]:
                        place = f"{file.relative_to(ROOT)}:{node.lineno}"
                        found += [(place, key) for key in _literals(argument)]
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literals(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value]
    if isinstance(argument, ast.IfExp):
        return _literals(argument.body) + _literals(argument.orelse)
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        return [str(argument.values[0].value) + "*"]
    return []


class TestEveryTextThatIsSaid:
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_exists(self, language: str) -> None:
        keys = _keys(language)

        missing = [
            f"{place}: {key}"
            for place, key in _said()
            if (any(name.startswith(key[:-1]) for name in keys) if key.endswith("*") else key in keys) is False
            and re.fullmatch(r"[a-z][a-z0-9*-]*", key)
            and key not in {"ru", "en"}
        ]

        assert missing == []

    def test_is_found_by_this_test_at_all(self) -> None:
        assert len(_said()) > 100
