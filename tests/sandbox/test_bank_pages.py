"""The bank's pages in a real browser: a payer pays or does not, and the overview shows and does the rest."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from sandbox.bank.client import Bank
from sandbox.serving import Serving
from tests.sandbox.shop import Door, Till

pytestmark = pytest.mark.browser

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
ENGLISH = {"type": "redirect", "return_url": "https://t.me/SyncBuyBot", "locale": "en_US"}


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Return a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def page(browser: Browser) -> Page:
    """Return a page as wide as the narrowest phone, in Russian, that must not complain."""
    page = await browser.new_page(viewport={"width": 320, "height": 640}, locale="ru-RU")
    page.set_default_timeout(5000)
    return page


async def has_no_bar_below(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


class TestThePaymentPage:
    async def test_lets_a_payer_pay(self, page: Page, till: Till, bank: Bank) -> None:
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        payment = await till.create("12345.50", description="Дача <b>и уголь</b>")
        await page.goto(payment["confirmation"]["confirmation_url"])

        await expect(page.get_by_role("heading")).to_have_text("12\u00a0345,50\u00a0₽")
        await expect(page.get_by_text("Дача <b>и уголь</b>")).to_be_visible()
        assert await has_no_bar_below(page)
        await page.get_by_role("button", name="Оплатить").click()

        await expect(page.get_by_role("status")).to_have_text("Оплачено")
        await expect(page.get_by_role("link", name="Вернуться")).to_have_attribute("href", "https://t.me/SyncBuyBot")
        await expect(page.get_by_role("button")).to_have_count(0)
        assert (await bank.book())["RUB"]["paid"] == 12345_50
        assert complaints == []

    async def test_lets_a_bank_refuse_for_a_reason(self, page: Page, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await page.goto(payment["confirmation"]["confirmation_url"])
        await page.get_by_label("Причина отказа").select_option("Карта просрочена")
        await page.get_by_role("button", name="Отказать").click()

        await expect(page.get_by_role("status")).to_have_text("Не оплачено")
        await expect(page.get_by_text("Карта просрочена")).to_be_visible()
        assert (await bank.payments())[0]["cancellation_details"]["reason"] == "card_expired"

    async def test_lets_a_payer_think_better_of_it(self, page: Page, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await page.goto(payment["confirmation"]["confirmation_url"])
        await page.get_by_role("button", name="Отменить").click()

        await expect(page.get_by_role("status")).to_have_text("Не оплачено")
        assert await bank.book() == {}

    async def test_speaks_english_to_a_shop_that_asks_for_it(self, page: Page, till: Till) -> None:
        payment = await till.create("1234.50", "USD", confirmation=ENGLISH)
        await page.goto(payment["confirmation"]["confirmation_url"])

        await expect(page.get_by_role("heading")).to_have_text("$1,234.50")
        for name in ("Pay", "Refuse", "Cancel"):
            await expect(page.get_by_role("button", name=name)).to_be_visible()

    async def test_has_its_own_address_as_a_qr_code(self, page: Page, till: Till) -> None:
        payment = await till.create()
        url = payment["confirmation"]["confirmation_url"]
        await page.goto(url)

        await expect(page.locator(".qr svg title")).to_have_text(url)

    async def test_shows_that_it_was_paid_elsewhere(self, page: Page, till: Till, bank: Bank) -> None:
        payment = await till.create()
        await page.goto(payment["confirmation"]["confirmation_url"])
        await bank.pay(payment["id"])

        await expect(page.get_by_role("status")).to_have_text("Оплачено")

    async def test_takes_no_second_payment_from_a_page_that_stayed_open(
        self, page: Page, till: Till, bank: Bank
    ) -> None:
        payment = await till.create()
        await page.goto(payment["confirmation"]["confirmation_url"])
        await bank.cancel(payment["id"])
        await page.get_by_role("button", name="Оплатить").click()

        await expect(page.get_by_role("status")).to_have_text("Не оплачено")
        assert await bank.book() == {}

    async def test_says_when_there_is_no_such_payment(self, page: Page, bank_serving: Serving) -> None:
        answer = await page.goto(f"{bank_serving.url}/pay/nothing")

        assert answer is not None
        assert answer.status == 404
        await expect(page.get_by_role("heading")).to_have_text("Такого платежа нет")


class TestTheOverview:
    async def test_shows_what_happened_and_what_the_book_says(
        self, browser: Browser, bank_serving: Serving, till: Till, bank: Bank, door: Door
    ) -> None:
        payment = await till.create("100.00", description="Дача")
        await bank.pay(payment["id"])
        await bank.delivered(payment["id"])
        page = await browser.new_page(viewport={"width": 320, "height": 640}, locale="en-US")
        await page.goto(bank_serving.url)

        book = page.get_by_role("region", name="Book of the bank")
        await expect(book.get_by_role("row", name="RUB")).to_have_text("RUB₽100.00₽0.00₽3.501")
        notices = page.get_by_role("region", name="Notices")
        await expect(notices.get_by_role("listitem")).to_contain_text("payment.succeeded Tries: 200")
        assert await has_no_bar_below(page)
        assert len(door.came) == 1

    async def test_settles_misbehaves_and_forges(
        self, browser: Browser, bank_serving: Serving, till: Till, bank: Bank, door: Door
    ) -> None:
        page = await browser.new_page(locale="en-US")
        await page.goto(bank_serving.url)
        await till.create("100.00", description="Дача")
        row = page.get_by_role("region", name="Payments").get_by_role("listitem")
        faults = page.get_by_role("region", name="Faults")

        await faults.get_by_label("What breaks").select_option("Another amount is charged")
        await faults.get_by_role("button", name="Switch on").click()
        await expect(faults.get_by_role("listitem")).to_have_text(re.compile("Another amount"))
        await row.get_by_role("button", name="Pay").click()

        await expect(row).to_contain_text("₽99.00")
        await expect(faults.get_by_role("listitem")).to_have_count(0)
        await row.get_by_label("Forge a notice").select_option("Another payment")
        await row.get_by_role("button", name="Forge a notice").click()
        await expect(page.get_by_role("region", name="Notices")).to_contain_text("forged: other_payment")
        await door.wait_for(2)
        assert (await bank.book())["RUB"]["paid"] == 99_00
