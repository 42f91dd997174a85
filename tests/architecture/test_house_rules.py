"""The rules of the house that no linter knows."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Junk, Message, VariableReference
from fluent.syntax.visitor import Visitor

from core.errors import DomainError
from core.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "bot", "webhooks", "api", "workers", "admin", "sandbox")
OUTSIDE = {
    "answer",
    "send",
    "edit",
    "publish",
    "send_message",
    "send_photo",
    "send_document",
    "edit_message_text",
    "edit_message_media",
    "to_thread",
    "get_updates",
    "sleep",
}
IN_TRANSACTION = {"transaction", "snapshot", "once", "begin_nested"}
# What a test, a bench or a command wrote where it ran belongs to nobody, and may be a key.
AT_THE_TOP = {
    *(".ci", ".dockerignore", ".env.example", ".gitignore", "CONTRIBUTING.md", "DECISIONS.md", "Dockerfile"),
    *("GLOSSARY.md", "LICENSE", "Makefile", "README.md", "docker-compose.yml", "manage.py", "pyproject.toml"),
    *("alembic", "bench", "docs", "ops", "requirements", "tests", *PACKAGES),
}
NO_PLUG_INS = {"__init__", "entry", "call", "formula_safe", "typesetting"}  # what plug-ins of a folder share
# Names that say nothing of what stands in the file, so that everything ends up there.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "service", "services", "manager", "managers", "common", "misc"}


def _files(*packages: str) -> list[Path]:
    return [file for package in packages for file in sorted((ROOT / package).rglob("*.py"))]


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return listed.splitlines()


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


class TestTransactions:
    def test_are_committed_by_the_database_module_alone(self) -> None:
        offenders = [
            f"{file.relative_to(ROOT)}:{node.lineno}"
            for file in _files(*PACKAGES)
            for node in ast.walk(_tree(file))
            if isinstance(node, ast.Call) and _called(node) in {"commit", "rollback"}
        ]

        assert offenders == []

    def test_hold_nothing_that_waits_for_a_network(self) -> None:
        offenders = []
        for file in _files("core", "bot", "webhooks", "api", "workers"):
            for block in ast.walk(_tree(file)):
                if isinstance(block, ast.AsyncWith) and any(
                    _called(item.context_expr) in IN_TRANSACTION for item in block.items
                ):
                    offenders += [
                        f"{file.relative_to(ROOT)}:{node.lineno} {_called(node.value)}"
                        for node in ast.walk(block)
                        if isinstance(node, ast.Await) and _called(node.value) in OUTSIDE
                    ]

        # Both exceptions are named in these files: it is what keeps the order of events.
        exceptions = ("core/outbox/drain.py", "core/outbox/export.py")
        assert [offender for offender in offenders if not offender.startswith(exceptions)] == []
        assert {offender.partition(":")[0] for offender in offenders} == set(exceptions)


class TestMoney:
    def test_is_never_a_float_in_core(self) -> None:
        offenders = []
        for file in _files("core"):
            tree = _tree(file)
            # What knows folders joins them by the same sign, so that no money may stand beside it.
            knows_folders = "pathlib" in _imported(tree)
            # What waits counts fractions of a second, so that no money may stand beside it either.
            waits = "asyncio" in _imported(tree) and "core.money" not in _imported(tree)
            for node in ast.walk(tree):
                is_float = isinstance(node, ast.Constant) and isinstance(node.value, float) and not waits
                divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not knows_folders
                rounds = isinstance(node, ast.Call) and _called(node) in {"float", "round"}
                if is_float or divides or rounds:
                    offenders.append(f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")

        assert offenders == []

    def test_stands_in_no_module_that_knows_folders(self) -> None:
        both = [
            str(file.relative_to(ROOT))
            for file in _files("core")
            if {"pathlib", "core.money"} <= _imported(_tree(file))
        ]

        assert both == []


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


class TestTime:
    def test_is_told_to_core_and_never_asked_by_it(self) -> None:
        # The clock itself; what waits for Telegram between two transactions, so that one `now` would grow old; and what
        # shows the present to whoever watches.
        may_ask = {"core/clock.py", "core/notifications/deliver.py", "core/watch/figures.py"}
        asking = {
            str(file.relative_to(ROOT))
            for file in _files("core")
            for node in ast.walk(_tree(file))
            if isinstance(node, ast.Call)
            and _called(node) in {"utc_now", "now", "today", "time"}
            # The database's own clock, for what the database alone compares.
            and not ast.unparse(node).startswith("func.")
            # What counts seconds from anywhere.
            and not ast.unparse(node).endswith("loop.time()")
        }

        assert asking == may_ask


class TestFiles:
    def test_begin_with_a_sentence_that_says_what_they_are_for(self) -> None:
        silent = [
            str(file.relative_to(ROOT))
            for file in _files(*PACKAGES, "tests", "alembic")
            if file.stat().st_size and not ast.get_docstring(_tree(file))
        ]

        assert silent == []

    def test_of_plug_ins_are_named_in_their_folder(self) -> None:
        for folder in (
            "bot/handlers",
            "core/notifications/catalog",
            "core/reports/formats",
            "sandbox/telegram/methods",
        ):
            named = (ROOT / folder / "__init__.py").read_text(encoding="utf-8")
            plug_ins = {file.stem for file in (ROOT / folder).glob("*.py")} - NO_PLUG_INS

            assert {name for name in plug_ins if not re.search(rf"\b{name}\b", named)} == set()

    def test_of_tables_are_named_in_one_place(self) -> None:
        tables = (ROOT / "core" / "tables.py").read_text(encoding="utf-8")

        for models in (ROOT / "core").glob("*/models.py"):
            assert f"core.{models.parent.name}.models" in tables

    def test_of_migrations_are_no_package(self) -> None:
        assert not (ROOT / "alembic" / "__init__.py").exists()

    def test_at_the_top_are_known(self) -> None:
        assert {name.split("/")[0] for name in _tracked()} <= AT_THE_TOP

    def test_say_nothing_of_where_they_were_written(self) -> None:
        forbidden = re.compile(r"\.\./shared|/work/|file:///|--index-url")
        here = Path(__file__).resolve()
        offenders = []
        for name in _tracked():
            file = ROOT / name
            if file.resolve() == here or not file.is_file():
                continue
            if forbidden.search(file.read_text(encoding="utf-8", errors="ignore")):
                offenders.append(name)

        assert offenders == []

    def test_are_not_named_after_nothing(self) -> None:
        named = {str(file.relative_to(ROOT)) for file in _files(*PACKAGES, "tests") if file.stem in EMPTY_NAMES}
        named |= {str(file.parent) for file in _files(*PACKAGES) if file.parent.name in EMPTY_NAMES}

        assert named == set()


class TestRequirements:
    def test_hold_no_address(self) -> None:
        for file in (ROOT / "requirements").iterdir():
            assert "://" not in file.read_text(encoding="utf-8")

    def test_of_development_hold_those_of_the_product(self) -> None:
        runtime, dev = (_pins(ROOT / "requirements" / f"{name}.lock") for name in ("runtime", "dev"))

        assert runtime
        assert runtime - dev == set()

    def test_are_locked_with_hashes(self) -> None:
        for name in ("runtime", "dev"):
            lock = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")

            assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", lock.strip()))


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^[\w.-]+(?:\[[^]]*\])?==\S+", lock.read_text(encoding="utf-8"), re.MULTILINE))


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 -- fluent names its visitors so
        self.names.add(node.id.name)


def _messages(language: str) -> Iterator[tuple[str, set[str]]]:
    for file in sorted((ROOT / "core" / "texts" / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, Junk), f"{file.name}: {entry.content}"
            if isinstance(entry, Message):
                variables = _Variables()
                variables.visit(entry)
                yield entry.id.name, variables.names


class TestTexts:
    def test_are_the_same_in_every_language(self) -> None:
        by_language = {language: dict(_messages(language)) for language in LANGUAGES}
        first, *others = by_language.values()

        for other in others:
            assert first.keys() == other.keys()
            assert {key: names for key, names in first.items() if other[key] != names} == {}

    def test_are_written_once(self) -> None:
        for language in LANGUAGES:
            keys = [key for key, _ in _messages(language)]

            assert sorted(keys) == sorted(set(keys))

    def test_tell_every_refusal(self) -> None:
        for package in ("core", "bot", "api"):
            _import_all(package)
        keys = {key for key, _ in _messages("ru")}

        assert {error.__name__ for error in _subclasses(DomainError) if error.text not in keys} == set()


def _import_all(package: str) -> None:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def _subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


class TestImports:
    def test_follow_the_layers(self) -> None:
        tool = Path(sys.executable).parent / "lint-imports"
        checked = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

        assert checked.returncode == 0, checked.stdout

    @pytest.mark.parametrize(
        "module",
        ["core.tables", "workers.run", "admin.__main__", "sandbox.telegram.app", "webhooks.__main__", "api.__main__"],
    )
    def test_of_what_needs_no_telegram_library_leave_it_alone(self, module: str) -> None:
        asked = f"import sys, {module}; sys.exit('aiogram' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
