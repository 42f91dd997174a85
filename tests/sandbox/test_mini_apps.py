"""Mini Apps of the sandbox: who may open which, what it is opened with, and the frame around it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import async_playwright, expect

from core.clock import utc_now
from core.identity.telegram_proof import read_init_data
from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.settings import BOT_TOKEN
from sandbox.telegram.app import create_app
from sandbox.telegram.person import NotAllowed, Person, World

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
# The smallest Mini App: it asks for both buttons, and says which was pressed and in which colours.
MINI_APP = """<!doctype html><title>app</title><p id="said"></p><script>
const tell = (eventType, eventData) => parent.postMessage(JSON.stringify({ eventType, eventData }), "*");
const said = document.getElementById("said");
addEventListener("message", ({ data }) => {
  const { eventType, eventData } = JSON.parse(data);
  said.textContent += ` ${eventType} ${eventData.theme_params?.bg_color ?? ""}`;
});
tell("web_app_ready", {});
tell("web_app_request_theme", {});
tell("web_app_setup_main_button", { is_visible: true, is_active: true, text: "Buy" });
tell("web_app_setup_back_button", { is_visible: true });
said.textContent = new URLSearchParams(new URLSearchParams(location.hash.slice(1)).get("tgWebAppData")).get("user");
</script>"""


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """Return a sandbox of the test's own."""
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def app_url() -> AsyncIterator[str]:
    """Return where a Mini App is served, at another origin than the sandbox."""
    app = FastAPI()
    app.get("/")(lambda: HTMLResponse(MINI_APP))
    serving = Serving(app, "127.0.0.1", 0)
    await serving.start()
    yield f"{serving.url}/"
    await serving.stop()


@pytest_asyncio.fixture
async def world(serving: Serving) -> AsyncIterator[World]:
    """Return the way to the people."""
    async with World.connect(serving.url) as world:
        await world.person("anna").start()
        yield world


@pytest_asyncio.fixture
async def http(serving: Serving) -> AsyncIterator[httpx2.AsyncClient]:
    """Return the way to the Bot API."""
    base = f"{serving.url}/bot{BOT_TOKEN}/"
    async with new_client(base_url=base, timeout=20) as http:
        yield http


def _markup(url: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Open", "web_app": {"url": url}}]]}


async def _open(world: World, person: Person, **said: Any) -> dict[str, Any]:
    opened: dict[str, Any] = await world.act("open_mini_app", user_id=person.id, chat_id=person.id, **said)
    return opened


class TestAMiniApp:
    async def test_is_opened_by_a_button_with_what_the_product_believes(
        self, world: World, http: httpx2.AsyncClient, app_url: str
    ) -> None:
        anna = world.person("anna")
        message = {"chat_id": anna.id, "text": "Here", "reply_markup": _markup(app_url)}
        sent = (await http.post("sendMessage", json=message)).json()["result"]

        opened = await _open(world, anna, message_id=sent["message_id"], url=app_url)

        proof = read_init_data(opened["init_data"], bot_token=BOT_TOKEN, now=utc_now())
        assert (proof.person.telegram_id, proof.person.first_name, opened["url"]) == (anna.id, "Анна", app_url)

    async def test_is_opened_by_a_link_that_says_what_to_show(
        self, world: World, http: httpx2.AsyncClient, app_url: str
    ) -> None:
        button = {"type": "web_app", "text": "SyncBuy", "web_app": {"url": app_url}}
        await http.post("setChatMenuButton", json={"menu_button": button})

        opened = await _open(world, world.person("anna"), start_param="purchase_7")

        read_init_data(opened["init_data"], bot_token=BOT_TOKEN, now=utc_now())
        assert parse_qs(opened["init_data"])["start_param"] == ["purchase_7"]

    async def test_is_not_opened_at_an_address_that_no_button_has(
        self, world: World, http: httpx2.AsyncClient, app_url: str
    ) -> None:
        anna = world.person("anna")
        message = {"chat_id": anna.id, "text": "Here", "reply_markup": _markup(app_url)}
        sent = (await http.post("sendMessage", json=message)).json()["result"]

        with pytest.raises(NotAllowed, match="BUTTON_INVALID"):
            await _open(world, anna, message_id=sent["message_id"], url="http://127.0.0.1:1/")
        with pytest.raises(NotAllowed, match="BOT_APP_INVALID"):
            await _open(world, anna, start_param="x")

    async def test_is_opened_by_a_link_in_a_chat_alone(
        self, world: World, http: httpx2.AsyncClient, app_url: str
    ) -> None:
        button = {"type": "web_app", "text": "SyncBuy", "web_app": {"url": app_url}}
        await http.post("setChatMenuButton", json={"menu_button": button})

        with pytest.raises(NotAllowed, match="say its chat_id"):
            await world.act("open_mini_app", user_id=world.person("anna").id, start_param="x")

    async def test_has_no_button_in_a_group(self, world: World, http: httpx2.AsyncClient, app_url: str) -> None:
        message = {"chat_id": next(iter(world.groups.values())), "text": "Here", "reply_markup": _markup(app_url)}

        answer = (await http.post("sendMessage", json=message)).json()

        assert answer["description"] == "Bad Request: BUTTON_TYPE_INVALID"


@pytest.mark.browser
class TestTheFrame:
    async def test_shows_a_mini_app_with_its_buttons_and_colours(
        self, chromium: str, serving: Serving, world: World, http: httpx2.AsyncClient, app_url: str
    ) -> None:
        anna = world.person("anna")
        await http.post("sendMessage", json={"chat_id": anna.id, "text": "Here", "reply_markup": _markup(app_url)})
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
            page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
            await page.goto(serving.url)
            seat = page.get_by_role("region", name="Анна: chats")
            await seat.get_by_role("tab", name="SyncBuy").click()
            await seat.get_by_role("button", name="Open").click()
            said = seat.frame_locator("iframe").locator("#said")

            await expect(said).to_contain_text(f'"id":{anna.id}')
            await expect(said).to_contain_text("theme_changed #ffffff")
            await seat.get_by_role("button", name="Buy").click()
            await expect(said).to_contain_text("main_button_pressed")
            await seat.get_by_role("button", name="Back").click()
            await expect(said).to_contain_text("back_button_pressed")
            await page.get_by_role("button", name="Light or dark").click()
            await expect(said).to_contain_text("theme_changed #1c242d")
            await seat.get_by_role("button", name="Close").click()
            await expect(seat.locator("iframe")).to_have_count(0)
            await browser.close()
