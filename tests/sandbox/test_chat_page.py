"""The chat page in a real browser: each person sees what Telegram would show them, and nothing more."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, async_playwright, expect

from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.telegram.app import create_app

pytestmark = pytest.mark.browser

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
TOKEN = "7000000001:chat-page-" + "a" * 20


class Bot:
    """The smallest bot: it calls methods by their names and waits for taps."""

    def __init__(self, http: httpx2.AsyncClient, group_id: int) -> None:
        self.group_id = group_id
        self._http = http
        self._offset = 0

    async def call(self, method: str, **params: Any) -> Any:
        response = await self._http.post(f"/bot{TOKEN}/{method}", json=params)
        answer = response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def post(self, text: str, **params: Any) -> dict[str, Any]:
        message: dict[str, Any] = await self.call("sendMessage", chat_id=self.group_id, text=text, **params)
        return message

    async def post_card(self) -> dict[str, Any]:
        keyboard = {"inline_keyboard": [[{"text": "Join", "callback_data": "join"}]]}
        return await self.post("Barbecue", reply_markup=keyboard)

    async def tapped(self) -> dict[str, Any]:
        """Return the callback query of the next tap."""
        while True:
            for update in await self.call("getUpdates", offset=self._offset, timeout=5):
                self._offset = update["update_id"] + 1
                if query := update.get("callback_query"):
                    return dict(query)


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """Return a sandbox of the test's own."""
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def bot(serving: Serving) -> AsyncIterator[Bot]:
    """Return a bot in the first group."""
    async with new_client(base_url=serving.url, timeout=20) as http:
        state = (await http.get("/sandbox/state")).json()
        yield Bot(http, group_id=state["chats"][0]["id"])


@pytest_asyncio.fixture
async def page(chromium: str, serving: Serving) -> AsyncIterator[Page]:
    """Return the chat page, in English, wide enough for three people."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        await page.goto(serving.url)
        yield page
        await browser.close()


def seat(page: Page, name: str) -> Locator:
    """Return the column of one person."""
    return page.get_by_role("region", name=f"{name}: chats")


def everywhere(page: Page, words: str) -> Locator:
    """Return the places in all columns where words stand; the log of calls is in none."""
    return page.get_by_role("main").get_by_text(words)


def join_button(page: Page, name: str) -> Locator:
    """Return the button of the card, as one person has it."""
    return seat(page, name).get_by_role("button", name="Join", exact=True)


async def write(page: Page, name: str, text: str) -> None:
    """Let one person write to the open chat."""
    composer = seat(page, name).get_by_role("combobox", name="Message")
    await composer.fill(text)
    await composer.press("Enter")


class TestTheChatPage:
    async def test_shows_to_one_person_what_another_writes(self, page: Page) -> None:
        await write(page, "Анна", "Who buys the coal?")

        await expect(seat(page, "Борис").get_by_role("article", name="Анна")).to_contain_text("Who buys the coal?")

    async def test_shows_a_toast_only_to_the_one_who_tapped(self, page: Page, bot: Bot) -> None:
        await bot.post_card()

        await join_button(page, "Анна").click()
        query = await bot.tapped()
        await expect(join_button(page, "Анна")).to_have_attribute("aria-busy", "true")
        await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="You are in")

        await expect(seat(page, "Анна").get_by_role("status")).to_have_text("You are in")
        await expect(everywhere(page, "You are in")).to_have_count(1)
        await expect(join_button(page, "Анна")).not_to_have_attribute("aria-busy", "true")

    async def test_shows_an_ephemeral_message_only_to_its_receiver(self, page: Page, bot: Bot) -> None:
        await bot.post_card()
        await join_button(page, "Анна").click()
        query = await bot.tapped()

        receiver = {"receiver_user_id": query["from"]["id"], "callback_query_id": query["id"]}
        await bot.post("You owe 400", ephemeral_message_parameters=receiver)
        await bot.post("This is for all")

        private = seat(page, "Анна").get_by_role("article").filter(has_text="You owe 400")
        await expect(private).to_contain_text("Only you see this")
        await expect(everywhere(page, "This is for all")).to_have_count(3)
        await expect(everywhere(page, "You owe 400")).to_have_count(1)

    async def test_keeps_the_keyboard_on_a_button_whose_card_was_edited(self, page: Page, bot: Bot) -> None:
        card = await bot.post_card()
        await join_button(page, "Анна").focus()

        place = {"chat_id": bot.group_id, "message_id": card["message_id"]}
        await bot.call("editMessageText", **place, text="Barbecue, 1 joins", reply_markup=card["reply_markup"])

        await expect(page.get_by_role("article").filter(has_text="1 joins")).to_have_count(3)
        await expect(join_button(page, "Анна")).to_be_focused()

    async def test_draws_what_a_person_writes_as_words_and_never_as_markup(self, page: Page) -> None:
        await write(page, "Анна", "<img src=x onerror=alert(1)> <b>bold</b>")

        message = seat(page, "Борис").get_by_role("article", name="Анна")
        await expect(message).to_contain_text("<img src=x onerror=alert(1)> <b>bold</b>")
        await expect(message.locator("img, b")).to_have_count(0)

    async def test_opens_the_private_chat_and_presses_start_by_a_deep_link(self, page: Page, bot: Bot) -> None:
        button = {"text": "My debt", "url": "https://t.me/SyncBuyBot?start=debt_12"}
        await bot.post("Barbecue", reply_markup={"inline_keyboard": [[button]]})

        await seat(page, "Вера").get_by_role("link", name="My debt").click()

        await expect(seat(page, "Вера").get_by_role("tab", name="SyncBuy")).to_have_attribute("aria-selected", "true")
        await expect(seat(page, "Вера").get_by_role("article")).to_contain_text("/start debt_12")
