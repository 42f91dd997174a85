"""The files of the page: what they load, what they say, and how they are served."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from api.serve_page import PAGE, serve_page
from core.texts import LANGUAGES

WRITTEN = [path for path in sorted(PAGE.rglob("*.*")) if path.suffix in {".js", ".css", ".html", ".svg"}]
OURS = [path for path in WRITTEN if path.parent.name != "vendor"]
OPENINGS = {".js": "/**", ".css": "/*", ".html": "<!--", ".svg": "<!--"}
NAMESPACE = "http://www.w3.org/"  # of SVG and MathML: a name that nobody asks for
FOLLOWED = "https://oauth.telegram.org/auth?"  # by a person who wants to; nothing is loaded from there
WORDS = {language: json.loads((PAGE / "words" / f"{language}.json").read_text()) for language in LANGUAGES}
PLURALS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}


def _names(path: Path) -> str:
    return str(path.relative_to(PAGE))


def _placeholders(entry: str | dict[str, str]) -> set[str]:
    forms = entry.values() if isinstance(entry, dict) else [entry]
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}


class TestTheFiles:
    @pytest.mark.parametrize("path", OURS, ids=_names)
    def test_begin_by_saying_what_they_are_for(self, path: Path) -> None:
        text = path.read_text().removeprefix("<!doctype html>\n")

        assert text.startswith(OPENINGS[path.suffix])

    @pytest.mark.parametrize("path", WRITTEN, ids=_names)
    def test_name_no_address_outside(self, path: Path) -> None:
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

        addresses = re.findall(r"(?:https?:)?//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}[^\s\"'`]*", code)

        assert [address for address in addresses if not address.startswith((NAMESPACE, FOLLOWED))] == []

    @pytest.mark.parametrize("path", [path for path in WRITTEN if path.suffix == ".js"], ids=_names)
    def test_import_files_that_are_there(self, path: Path) -> None:
        imported = re.findall(r"""\bfrom ?["'](\.{1,2}/[^"']+)["']""", path.read_text())

        assert [name for name in imported if not (path.parent / name).is_file()] == []

    @pytest.mark.parametrize("path", OURS, ids=_names)
    def test_are_short_enough_to_be_read(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) < 300


class TestTheWords:
    def test_are_there_in_every_language(self) -> None:
        for language in LANGUAGES:
            assert WORDS[language].keys() ^ WORDS["en"].keys() == set(), language

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_have_the_placeholders_and_plural_forms_of_their_language(self, language: str) -> None:
        for key, entry in WORDS[language].items():
            assert _placeholders(entry) == _placeholders(WORDS["en"][key]), key
            assert not isinstance(entry, dict) or entry.keys() == PLURALS[language], key

    def test_are_those_that_the_views_say(self) -> None:
        said = {key for path in OURS for key in re.findall(r"""\bsay\(\s*"([\w.-]+)\"""", path.read_text())}

        assert said - WORDS["en"].keys() == set()


class TestServingThePage:
    async def _get(self, path: str, method: str = "GET") -> httpx2.Response:
        app = FastAPI()
        serve_page(app, framed_by="https://web.telegram.org")
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://page") as client:
            return await client.request(method, path)

    async def test_lets_it_load_only_what_is_ours_and_nothing_inline(self) -> None:
        answer = await self._get("/")

        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'self' https://web.telegram.org" in policy
        assert not re.search(r"<script(?![^>]*src=)|style=|\son\w+=|<style", answer.text)

    async def test_tells_who_only_asks_whether_it_is_there(self) -> None:
        answer, whole = await self._get("/", "HEAD"), await self._get("/")

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(len(whole.content))

    async def test_gives_a_file_anew_only_if_it_has_changed(self) -> None:
        answer = await self._get("/app/main.js")

        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["etag"]
        assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))

    async def test_gives_nothing_that_is_not_in_its_folder(self) -> None:
        assert (await self._get("/app/..%2fserve_page.py")).status_code == 404
