"""Signing in on the page by way of Telegram's Login Widget, in a real browser; Telegram's answer is played."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, async_playwright, expect
from sqlalchemy import select

from core.clock import utc_now
from core.db import Database
from core.identity.models import Identity, User
from tests.api.door import Door, open_door
from tests.core.identity.proofs import BOT_TOKEN, widget

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
TELEGRAM = "https://oauth.telegram.org/auth"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest_asyncio.fixture
async def public(db: Database, tmp_path: Path) -> AsyncIterator[Door]:
    """Return an installation that people reach from outside: only there Telegram comes back to."""
    async with open_door(db, tmp_path, api_public_url="https://buy.example") as door:
        yield door


@pytest_asyncio.fixture
async def page(chromium: str, public: Door) -> AsyncIterator[Page]:
    """Return a page of a browser that asks nobody outside."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = await browser.new_page(locale="ru-RU")
        page.set_default_timeout(30_000)
        await page.goto(f"{public.url}/")
        yield page
        await browser.close()


def answered(what: Any) -> str:
    """Return how Telegram writes its answer behind the address that it comes back to."""
    written = json.dumps(what, ensure_ascii=False).encode()
    return f"#tgAuthResult={base64.urlsafe_b64encode(written).decode().rstrip('=')}"


async def play_telegram(page: Page, what: Any) -> list[str]:
    """Let Telegram answer whoever goes there, and return where they went."""
    gone: list[str] = []

    async def come_back(route: Route) -> None:
        gone.append(route.request.url)
        [address] = parse_qs(urlsplit(route.request.url).query)["return_to"]
        script = f"location.replace({json.dumps(address + answered(what))})"
        await route.fulfill(content_type="text/html", body=f"<script>{script}</script>")

    await page.route(f"{TELEGRAM}**", come_back)
    return gone


class TestTheLoginWidget:
    async def test_signs_in_whoever_telegram_vouches_for(self, page: Page, public: Door) -> None:
        # What base64 writes otherwise in an address than elsewhere is among the letters.
        gone = await play_telegram(page, widget(42, at=utc_now(), last_name="????>>>>"))

        await page.get_by_role("link", name="Войти через Telegram").click()
        await expect(page.get_by_role("heading", name="Покупки")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("heading", name="Покупки")).to_be_visible()

        [asked] = gone
        assert parse_qs(urlsplit(asked).query) == {
            "bot_id": [BOT_TOKEN.partition(":")[0]], "origin": [public.url], "return_to": [f"{public.url}/"]
        }  # fmt: skip
        assert "tgAuthResult" not in page.url
        async with public.db.transaction() as session:
            known = select(User.name).join(Identity, Identity.user_id == User.id).where(Identity.subject == "42")
            assert await session.scalar(known) == "Анна ????>>>>"

    async def test_lets_who_did_not_want_to_sign_in_otherwise(self, page: Page) -> None:
        await play_telegram(page, False)

        await page.get_by_role("link", name="Войти через Telegram").click()
        await page.wait_for_url("**/#/")

        await expect(page.get_by_role("button", name="Войти")).to_be_visible()

    async def test_takes_no_proof_that_this_tab_did_not_ask_for(self, page: Page, public: Door) -> None:
        link = f"{public.url}/{answered(widget(42, at=utc_now()))}"

        await page.goto("about:blank")
        await page.goto(link)

        await expect(page.get_by_role("button", name="Войти")).to_be_visible()
        assert "tgAuthResult" not in page.url
        async with public.db.transaction() as session:
            assert await session.scalar(select(Identity).where(Identity.subject == "42")) is None
