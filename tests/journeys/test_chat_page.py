"""A person at the chat page in a real browser: a purchase from /new to closed, with real clicks."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, async_playwright, expect

from admin.product import Running

SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", Path(__file__).parents[1] / "screenshots"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip

# By one bus: what a browser shows does not depend on how events travel, and the other journeys go by both.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("bus", ["local"], indirect=True)]


@pytest_asyncio.fixture
async def page(chromium: str, product: Running) -> AsyncIterator[Page]:
    """Return the chat page of the running product, in Russian, wide enough for three people."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        page = await context.new_page()
        await page.goto(f"{product.page_url}/")
        yield page
        await browser.close()


def _column(page: Page, username: str) -> Locator:
    return page.locator("section.column", has_text=f"@{username}")


async def _write(column: Locator, text: str) -> None:
    await column.locator("textarea").fill(text)
    await column.locator("textarea").press("Enter")


async def _press(column: Locator, label: str) -> None:
    await column.locator(".keyboard").get_by_role("button", name=label).last.click()


async def _sees(column: Locator, words: str) -> None:
    await expect(column.locator("article", has_text=words).last).to_be_visible(timeout=15_000)


async def _open_private_chat(column: Locator) -> None:
    await column.get_by_role("tab", name="SyncBuy").click()


class TestTheChatPage:
    async def test_takes_a_purchase_from_new_to_closed(self, page: Page) -> None:
        anna, boris, vera = (_column(page, name) for name in ("anna", "boris", "vera"))
        await _sees(anna, "Начните с")
        await _write(anna, "/new Шашлыки на даче")
        for column in (boris, vera):
            await _press(column, "Участвую")
        await _sees(anna, "3 участника")
        await _write(anna, "/task Мясо 2400")
        await _press(boris, "Мясо — беру")
        await _press(boris, "Мясо · Борис")
        await _sees(boris, "Платит: Борис")
        await expect(anna.locator("article", has_text="Платит: Борис")).to_have_count(0)
        await _shoot(page, "1-planning")
        await _press(boris, "Куплено за")
        await _sees(anna, "Поровну на всех (3)")
        await _press(anna, "Посчитать доли")
        await _press(anna, "Зафиксировать")
        await _sees(vera, "доли зафиксированы")
        await _shoot(page, "2-locked")
        for column in (boris, anna, vera):
            await _open_private_chat(column)
            await column.get_by_role("button", name=re.compile("^(Начать|Старт|Start|Запустить)")).click()
        for column in (anna, vera):
            await _write(column, "/pay")
            await _press(column, "Борис: 800")
            await _press(column, "Перевёл(а)")
            await _sees(column, "Отметил")
        await _sees(boris, "Пришло?")
        await _shoot(page, "3-paying")
        await _write(boris, "/debts")
        await _press(boris, "Всё пришло (2)")
        await _sees(anna, "все рассчитались")
        await _press(anna, "Закрыть")
        await _press(anna, "Да, закрыть")
        await vera.get_by_role("tab", name="Дача").click()
        await _sees(vera, "Кто сколько")
        await _shoot(page, "4-closed")

    async def test_fits_a_narrow_screen(self, page: Page) -> None:
        await page.set_viewport_size({"width": 360, "height": 740})
        await _sees(page.locator("section.column").first, "Начните с")

        width = await page.evaluate("document.documentElement.scrollWidth")

        assert width <= 360
        await _shoot(page, "5-narrow")


async def _shoot(page: Page, name: str) -> None:
    await page.wait_for_timeout(300)  # lets the last bubble finish its entrance
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")
