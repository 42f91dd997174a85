"""People at the page in a real browser: as a Mini App beside the chat, on their own, and by keyboard alone."""

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Locator, Page, Route, ViewportSize, async_playwright, expect
from sqlalchemy import select

from admin.product import Running
from admin.story import GROUP
from bot.parsing.amounts import parse_amount
from core.clock import utc_now
from core.errors import Invalid
from core.identity.models import User
from sandbox.telegram.person import Person, World
from tests.core.photos.test_as_jpeg import picture, written
from tests.journeys.steps import locked, open_debt, open_purchase

SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", Path(__file__).parents[1] / "screenshots"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
SOON = 15_000
READABLE = 80  # pixels that hold a word
NARROW: ViewportSize = {"width": 320, "height": 700}
WIDE: ViewportSize = {"width": 1280, "height": 800}

LET_TOKEN_RUN_OUT = """async () => {
  const [{ token }, { distrust }] = [await import("/app/api.js"), await import("/app/session.js")];
  distrust(await token());
}"""

OPEN_TWENTY = """async () => {
  const { post } = await import("/app/api.js");
  await Promise.all(Array.from({ length: 20 }, (_, number) => post("/purchases", { title: `Trip ${number}` })));
}"""
OPEN_ONE = """async () => {
  const { post } = await import("/app/api.js");
  await post("/purchases", { title: "One more trip" });
}"""
READ_AMOUNTS = """async (written) => {
  const { readAmount } = await import("/app/amounts.js");
  return written.map((text) => readAmount(text, "RUB")).map((cents) => (Number.isNaN(cents) ? null : cents));
}"""
WRITTEN = ["1200", "1 200,50", "1.200,50", "1,200.50", "1'200.50", "1,234", "0,05", "0,125", "1.234.567", "12k", "1.5к",
           "2 тыс. руб.", "350р", "350 руб.", "₽350", "RUB 350", "€20", "300+450*2", "2*(3+4)", "2*(3+4", "12 34",
           "1,2,3", "10*0.333", "5₽6", "сто", "500 мяса", "0", "1000000000000"]  # fmt: skip

# How events travel makes no difference to a browser; the other journeys are made by way of both buses.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.parametrize("bus", ["local"], indirect=True)]


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Return a browser."""
    expect.set_options(timeout=SOON)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


class Seat:
    """One person's column of the chat page, with the Mini App that may be open in it."""

    def __init__(self, page: Page, username: str) -> None:
        self.column = page.locator("section.column", has_text=f"@{username}")
        self.app: FrameLocator = self.column.frame_locator("iframe")

    async def write(self, text: str) -> None:
        await self.column.locator("textarea").fill(text)
        await self.column.locator("textarea").press("Enter")

    async def start(self) -> None:
        await self.column.get_by_role("tab", name="SyncBuy").click()
        await self.column.get_by_role("button", name=re.compile("^(Начать|Старт|Запустить)")).click()
        await self.column.get_by_role("tab", name="Дача").click()

    async def press(self, label: str) -> None:
        await self.column.locator(".keyboard").get_by_role("button", name=label).last.click()

    async def sees(self, words: str) -> None:
        await expect(self.column.locator("article", has_text=words).last).to_be_visible()


async def _signed_in(browser: Browser, product: Running, person: Person) -> Page:
    """Return the page, narrow and in Russian, on which somebody has signed in by a code from the chat."""
    page = await browser.new_page(viewport=NARROW, locale="ru-RU")
    await page.goto(f"{product.api_url}/")
    await page.get_by_text("Код", exact=True).click()
    await page.get_by_label("Код из чата").fill(await _code_of(person))
    await page.get_by_role("button", name="Войти").click()
    await expect(page.get_by_role("heading", name="Покупки")).to_be_visible()
    return page


async def _code_of(person: Person) -> str:
    """Return what the bot shows somebody for /link."""
    asked = await person.send(None, "/link")
    told = await person.sees(None, containing="-", after=asked)
    code = re.search(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2}", told.text)
    assert code is not None, told.text
    return code[0]


async def _registered(browser: Browser, product: Running, name: str, **context: str) -> Page:
    """Return the page on which somebody new has registered by name and password."""
    page = await _opened(browser, product, **context)
    await _register(page, name)
    return page


async def _opened(browser: Browser, product: Running, **context: str) -> Page:
    """Return the page as whoever opens it for the first time sees it."""
    page = await browser.new_page(viewport=WIDE, **context)  # type: ignore[arg-type]
    await page.goto(f"{product.api_url}/")
    return page


async def _register(page: Page, name: str) -> None:
    await page.get_by_text("I am new").click()
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_label("Password", exact=True).and_(page.locator("input[type=password]")).fill("correct horse")
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_role("navigation", name="Places")).to_be_visible()


async def _go(page: Page, *links: str) -> None:
    for link in links:
        await page.get_by_role("link", name=link, exact=True).first.click()


async def _shoot(page: Page, name: str) -> None:
    await page.screenshot(path=SCREENSHOTS / f"page-{name}.png")


def _task(place: Page | FrameLocator, title: str) -> Locator:
    return place.locator("li.task", has_text=title)


class TestTwoPeople:
    async def test_buy_together_one_in_chat_and_one_on_the_page(  # noqa: PLR0915 -- one journey, from the first word
        self, browser: Browser, product: Running
    ) -> None:
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        await page.goto(f"{product.page_url}/")
        anna, boris = Seat(page, "anna"), Seat(page, "boris")
        for seat in (anna, boris):  # both open their private chat with the bot, then go back to the group
            await seat.start()
        await anna.write("/new Шашлыки")
        await boris.write("/purchases")  # so that he is known to be in the group
        await boris.sees("Покупки")
        await boris.column.get_by_role("link", name="Открыть").last.click()
        app = boris.app
        await app.get_by_role("button", name="Участвую").click()
        await anna.sees("2 участника")

        await anna.write("/task Мясо 2400")
        await app.get_by_role("button", name="Беру: Мясо").click()
        await anna.sees("Борис")
        await app.get_by_role("button", name="Куплено: Мясо").click()
        await app.get_by_label("Сколько стоило").fill("2500")
        await app.get_by_role("dialog").get_by_role("button", name="Куплено").click()
        await anna.sees("Мясо — 2\u00a0500")
        await anna.write("/spent 5000 такси")
        await expect(_task(app, "такси")).to_contain_text("5\u00a0000")
        await _shoot(page, "mini-app-board")

        await app.get_by_role("link", name="Долги").click()
        await expect(app.get_by_role("heading", name="Долги")).to_be_visible()
        await anna.press("Посчитать доли")
        await anna.press("Зафиксировать")
        await expect(app.get_by_role("listitem").filter(has_text="Анна")).to_be_visible()  # nobody asked anew
        await app.get_by_role("link", name="Покупки").click()
        await app.get_by_role("link", name="Шашлыки").click()
        await app.get_by_role("link", name="Расчёт").click()
        await expect(app.get_by_role("img", name="Рисунок")).to_be_visible()
        await app.get_by_role("link", name="Борис → Анна").click()
        await app.get_by_role("button", name="Перевёл(а) сам(а)").click()
        await app.get_by_role("dialog").get_by_role("button", name="Перевёл(а)").click()
        await anna.column.get_by_role("tab", name="SyncBuy").click()
        await anna.sees("Пришло?")
        await _shoot(page, "mini-app-debt")
        await anna.press("✅ Пришло")
        await expect(app.get_by_text("оплачено", exact=True)).to_be_visible()
        await expect(app.get_by_text("закрыт", exact=False).first).to_be_visible()

        await anna.column.get_by_role("tab", name="Дача").click()
        await anna.press("Закрыть")
        await anna.press("Да, закрыть")
        await boris.column.get_by_role("button", name="Назад").click()
        await expect(app.get_by_role("heading", name="Долги")).to_be_visible()
        await app.get_by_role("link", name="Покупки").click()
        await app.get_by_text("Закрытые").click()
        await app.get_by_role("link", name="Шашлыки").click()
        await app.get_by_role("link", name="Документы").click()
        await app.get_by_role("button", name="Сделать отчёт: CSV").click()
        async with page.expect_download() as downloading:
            await app.get_by_role("button", name="Скачать: CSV").click()
        assert "Мясо" in Path(await (await downloading.value).path()).read_text("utf-8-sig")


class TestAChat:
    async def test_is_bought_in_by_one_who_is_there_and_one_on_the_page(
        self, browser: Browser, product: Running, world: World
    ) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        for person in (anna, boris):
            await person.start()
        page = await _signed_in(browser, product, boris)
        await page.set_viewport_size(WIDE)
        await boris.send(GROUP, "/purchases")  # so that he is known to be in the group
        await boris.sees(GROUP, containing="Открытых покупок нет")

        await page.get_by_role("button", name="Новая покупка").click()
        await page.get_by_role("textbox", name="Название").fill("Шашлыки")
        await page.get_by_label("Чат", exact=True).select_option(GROUP)
        await _accessible_by_day_and_night(page, "new-purchase-in-chat")
        await page.get_by_role("dialog").get_by_role("button", name="Открыть").click()
        await anna.tap(await anna.sees(GROUP, containing="Шашлыки", button="Участвую"), "Участвую")
        await _go(page, "Люди")
        await expect(page.get_by_role("listitem").filter(has_text="Анна")).to_be_visible()

        await _go(page, "Покупки")
        await anna.send(GROUP, "/new Подарок")
        in_my_chats = page.get_by_role("region", name="В моих чатах")
        await expect(in_my_chats).to_contain_text("Подарок")  # nobody asked anew
        await expect(in_my_chats.get_by_role("listitem")).to_have_count(1)
        await _accessible_by_day_and_night(page, "in-my-chats")
        await page.get_by_role("button", name="Участвую: Подарок").click()
        await anna.sees(GROUP, containing="2 участника", after=await anna.sees(GROUP, containing="Шашлыки"))
        await expect(in_my_chats).to_have_count(0)
        await expect(page.get_by_role("link", name="Подарок")).to_be_visible()

        await _go(page, "Настройки")
        await page.get_by_label("Валюта новых покупок").select_option("GEL")
        await page.get_by_label("Язык карточек").select_option("English")
        await _accessible_by_day_and_night(page, "chats")
        await anna.send(GROUP, "/new Tent")
        await anna.sees(GROUP, containing="1 person takes part")
        await _go(page, "Покупки")
        await page.get_by_role("button", name="Новая покупка").click()
        await page.get_by_label("Чат", exact=True).select_option(GROUP)
        await expect(page.get_by_label("Валюта")).to_have_value("GEL")
        await page.get_by_label("Чат", exact=True).select_option("")
        await expect(page.get_by_label("Валюта")).to_have_value("RUB")


class TestThePageAlone:
    async def test_takes_two_people_without_telegram_from_the_first_word_to_the_close(
        self, browser: Browser, product: Running
    ) -> None:
        vera, gleb = [await _registered(browser, product, name, locale="en-US") for name in ("vera-k", "gleb.p")]
        await vera.get_by_role("button", name="New purchase").click()
        await vera.get_by_role("textbox", name="Title").fill("A tent")
        await vera.get_by_role("dialog").get_by_role("button", name="Open").click()
        await _go(vera, "People")
        await vera.get_by_role("button", name="Invite").click()
        await vera.get_by_label("Their name").fill("Gleb.P")
        await vera.get_by_role("dialog").get_by_role("button", name="Invite").click()
        await expect(vera.get_by_text("Invited, no answer yet")).to_be_visible()

        await gleb.reload()  # nothing is told of what one has no part in
        await gleb.get_by_role("button", name="I'm in").click()
        await gleb.get_by_role("link", name="A tent").click()
        await expect(vera.get_by_text("gleb.p").first).to_be_visible()
        await _go(vera, "Board")
        await _spend(vera, "Taxi")
        await expect(_task(gleb, "Taxi")).to_be_visible()

        await _go(vera, "Sums")
        await expect(vera.get_by_text("gleb.p → vera-k").first).to_be_visible()
        await vera.get_by_role("button", name="Lock the shares").click()
        await vera.get_by_role("dialog").get_by_role("button", name="Lock the shares").click()

        await _go(gleb, "Debts")
        await gleb.get_by_role("link", name="vera-k").click()
        await gleb.get_by_role("button", name="I paid outside").click()
        await gleb.get_by_role("dialog").get_by_role("button", name="I paid").click()
        await vera.get_by_role("link", name="gleb.p → vera-k").click()
        await vera.get_by_role("button", name="Received", exact=True).click()
        await expect(gleb.get_by_text("paid", exact=True)).to_be_visible()

        await _go(vera, "Purchases")
        await vera.get_by_role("link", name="A tent").click()
        await _go(vera, "Sums")
        await vera.get_by_role("button", name="Close the purchase").click()
        await vera.get_by_role("dialog").get_by_role("button", name="Close").last.click()
        await _go(gleb, "Purchases")
        await gleb.get_by_text("Closed", exact=True).click()
        await expect(gleb.get_by_role("link", name="A tent")).to_be_visible()


class TestTheWallet:
    async def test_is_filled_at_the_bank_and_pays_a_debt(
        self, browser: Browser, product: Running, world: World
    ) -> None:
        anna, boris = world.person("anna"), world.person("boris")
        for person in (anna, boris):
            await person.start()
        await anna.send(GROUP, "/new Шашлыки")
        card = await boris.sees(GROUP, containing="Шашлыки", button="Участвую")
        await boris.tap(card, "Участвую")
        await anna.send(GROUP, "/spent 1000 такси")
        await anna.sees(GROUP, containing="Поровну на всех (2)")
        page = await _signed_in(browser, product, boris)
        await page.get_by_role("link", name="Шашлыки").click()
        await _go(page, "Люди")
        await _accessible(page, "people-ru")
        await anna.tap(card, "Посчитать доли")
        await anna.tap(await anna.sees(GROUP, containing="перевод", button="Зафиксировать"), "Зафиксировать")

        await _go(page, "Кошелёк")
        await page.get_by_role("button", name="Открыть кошелёк").click()
        await page.get_by_role("dialog").get_by_role("button", name="Открыть").click()
        await page.get_by_role("button", name="Пополнить").click()
        await page.get_by_label("Сколько").fill("300+400,50р")
        await page.get_by_role("dialog").get_by_role("button", name="Пополнить").click()
        await expect(page.get_by_role("button", name="К оплате")).to_be_visible()
        await page.reload()
        async with page.expect_popup() as opening:
            await page.get_by_role("button", name="К оплате").click()
        bank = await opening.value
        await bank.get_by_role("button", name="Оплатить").click()
        await expect(page.locator(".balance .big")).to_have_text("700,50\u00a0₽")
        await _accessible(page, "wallet-ru")

        await _go(page, "Долги")
        await page.get_by_role("link", name="Борис → Анна").click()
        await _accessible(page, "debt-ru")
        await page.get_by_role("button", name="Из кошелька").click()
        await _accessible(page, "pay-ru")
        amount = page.get_by_label("Сколько")
        for nothing in ("  ", "0", "-5", "сто", "€500"):
            await amount.fill(nothing)
            assert not await amount.evaluate("field => field.checkValidity()"), nothing
        await amount.fill("500")
        await page.get_by_role("dialog").get_by_role("button", name="Заплатить").click()
        await expect(page.get_by_text("закрыт", exact=False).first).to_be_visible()
        await _go(page, "Кошелёк")
        await expect(page.locator(".balance .big")).to_have_text("200,50\u00a0₽")
        await expect(page.get_by_role("region", name="Заказы")).to_contain_text("оплачен")
        await anna.sees(None, containing="500")

        await _give_back(await _signed_in(browser, product, anna))
        await expect(page.locator(".balance .big")).to_have_text("300,50\u00a0₽")

        await page.get_by_role("button", name="Оплатить").click()
        await page.get_by_label("Сколько").fill("50")
        await page.get_by_label("За что").fill("Арбуз")
        await page.get_by_role("dialog").get_by_role("button", name="Заплатить").click()
        await expect(page.get_by_role("region", name="Заказы")).to_contain_text("Арбуз")
        await expect(page.locator(".balance .big")).to_have_text("250,50\u00a0₽")


def _as_the_chat_reads(text: str) -> int | None:
    try:
        return parse_amount(text, "RUB", zero=True).minor
    except Invalid:
        return None


async def _give_back(page: Page) -> None:
    """Give a part of what Boris paid back to him."""
    await page.get_by_role("link", name="Шашлыки").click()
    await _go(page, "Расчёт")
    await page.get_by_role("link", name="Борис → Анна").click()
    await page.get_by_role("button", name="Вернуть деньги").click()
    await _accessible(page, "give-back-ru")
    await page.get_by_label("Сколько").fill("100")
    await page.get_by_role("dialog").get_by_role("button", name="Вернуть").click()
    await expect(page.get_by_role("region", name="Платежи")).to_contain_text("возвращено: 100")
    await _accessible(page, "given-back-ru")


class TestTheKeyboard:
    async def test_is_enough_to_take_a_task_and_finish_it(self, browser: Browser, product: Running) -> None:
        page = await _registered(browser, product, "keyboard-person", locale="en-US")
        await page.get_by_role("button", name="New purchase").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Title")).to_be_focused()
        await page.keyboard.type("A trip")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Add what to buy").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="What to buy")).to_be_focused()
        await page.go_back()
        await expect(page.get_by_role("button", name="Add what to buy")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="What to buy")).to_be_focused()
        await page.keyboard.type("Tickets")
        await page.keyboard.press("Enter")
        take = page.get_by_role("button", name="Take: Tickets")
        await expect(take).to_be_visible()
        await _tab_to(page, "Take: Tickets")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("button", name="Bought: Tickets")).to_be_focused()
        await expect(page.get_by_role("status").filter(has_text="Tickets: taken by keyboard-person")).to_be_attached()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("What it cost")).to_be_focused()
        await page.keyboard.type("120.50")
        await page.keyboard.press("Enter")

        done = page.get_by_role("region", name="Done").locator("li.task", has_text="Tickets")
        await expect(done).to_contain_text("120.50")
        assert await done.evaluate("card => card.contains(document.activeElement)")

        await page.evaluate(OPEN_TWENTY)
        await _go(page, "Purchases")
        await expect(page.locator("main li")).to_have_count(20)
        await page.get_by_role("button", name="Show more").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("main li")).to_have_count(21)
        await page.evaluate(OPEN_ONE)  # what was read stays when there is something new
        await expect(page.locator("main li")).to_have_count(22)


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of this name has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if await page.evaluate("document.activeElement?.getAttribute('aria-label')") == name:
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {name}")


class TestTheOrganizer:
    async def test_asks_on_the_page_for_money_to_go_back_and_the_payee_agrees_in_chat(
        self, browser: Browser, product: Running, world: World
    ) -> None:
        anna, boris, vera = [world.person(name) for name in ("anna", "boris", "vera")]
        for person in (anna, boris, vera):
            await person.start()
        card = await open_purchase(anna)
        for person in (boris, vera):
            await person.tap(card, "Участвую")
        await anna.sees(GROUP, containing="3 участника")
        await boris.send(GROUP, "/spent 900 такси")
        await anna.sees(GROUP, containing="Поровну на всех (3)")
        await anna.tap(card, "Посчитать доли")
        await anna.tap(await anna.sees(GROUP, containing="перевод", button="Зафиксировать"), "Зафиксировать")
        await vera.tap(await open_debt(vera, "Борис"), "Перевёл(а)")
        await boris.tap(await boris.sees(None, containing="Пришло?"), "✅ Пришло")
        await vera.sees(None, containing="подтверждает")

        page = await _signed_in(browser, product, anna)
        await page.get_by_role("link", name="Шашлыки").click()
        await _go(page, "Расчёт")
        payments = page.get_by_role("region", name="Платежи")
        await expect(payments).to_contain_text("Вера → Борис: 300")
        await _accessible(page, "payments-ru")
        await payments.get_by_role("button", name="Попросить вернуть").click()
        await page.get_by_label("Сколько").fill("301")
        await page.get_by_role("dialog").get_by_role("button", name="Попросить").click()
        await expect(page.get_by_role("alert")).to_contain_text("не больше 300")
        await _accessible(page, "ask-back-ru")
        await page.get_by_label("Сколько").fill("100")
        await page.get_by_role("dialog").get_by_role("button", name="Попросить").click()
        await expect(payments).to_contain_text("Борис решает, вернуть ли 100")
        await _accessible(page, "asked-back-ru")

        await boris.tap(await boris.sees(None, containing="просит вернуть", button="Вернуть 100"), "Вернуть 100")
        await expect(payments).to_contain_text("возвращается: 100")  # nobody asked anew
        await vera.tap(await vera.sees(None, containing="мимо SyncBuy", button="✅ Пришло"), "✅ Пришло")
        await expect(payments).to_contain_text("возвращено: 100")
        await expect(payments.get_by_role("button", name="Попросить вернуть")).to_be_visible()


class TestBeingForgotten:
    async def test_takes_a_code_from_the_chat_once_nothing_is_open(
        self, browser: Browser, product: Running, world: World
    ) -> None:
        anna, boris = await locked(world)
        page = await _signed_in(browser, product, boris)
        await _go(page, "Настройки")
        async with page.expect_download() as downloading:
            await page.get_by_role("button", name="Скачать").click()
        document = json.loads(Path(await (await downloading.value).path()).read_text())
        assert (document["format"], document["person"][0]["name"]) == ("syncbuy-person/1", "Борис")

        await page.get_by_role("button", name="Удалить меня").click()
        await _accessible(page, "erase-ru")
        await page.get_by_label("Код из чата").fill(await _code_of(boris))
        await page.get_by_role("button", name="Удалить навсегда").click()
        await expect(page.get_by_role("alert")).to_contain_text("1 открытый долг")
        await _accessible(page, "erase-open-ru")
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, button="Пришло"), "Пришло")
        await boris.sees(None, containing="подтверждает")
        await page.get_by_role("button", name="Удалить навсегда").click()  # by the same code, which still counts

        await expect(page.locator("main")).to_contain_text("вас больше не знает")
        await _accessible(page, "erased-ru")
        await anna.sees(GROUP, containing="Удалённый участник")
        assert await page.evaluate("localStorage.length") == 0
        await page.reload()
        await expect(page.get_by_role("button", name="Войти")).to_be_visible()
        assert await _named(product, "Борис") == []

    async def test_in_a_mini_app_makes_nobody_new_of_them(
        self, browser: Browser, product: Running, world: World
    ) -> None:
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="ru-RU")
        await page.goto(f"{product.page_url}/")
        anna, boris = Seat(page, "anna"), Seat(page, "boris")
        for seat in (anna, boris):
            await seat.start()
        await anna.write("/new Шашлыки")
        await boris.write("/purchases")
        await boris.sees("Покупки")
        await boris.column.get_by_role("link", name="Открыть").last.click()
        await boris.app.get_by_role("button", name="Участвую").click()
        await anna.sees("2 участника")

        await boris.app.get_by_role("link", name="Настройки").click()
        await boris.app.get_by_role("button", name="Удалить меня").click()
        await boris.app.get_by_label("Код из чата").fill(await _code_of(world.person("boris")))
        await boris.app.get_by_role("button", name="Удалить навсегда").click()

        await expect(boris.app.locator("main")).to_contain_text("вас больше не знает")
        await _shoot(page, "mini-app-erased")
        await anna.sees("1 участник")
        [frame] = [each for each in page.frames if each.url.startswith(str(product.api_url))]
        await frame.evaluate("location.reload()")
        await expect(boris.app.locator("main")).to_contain_text("из чата ещё раз")
        assert await _named(product, "Борис") == []

    async def test_is_said_though_the_answer_was_lost(self, browser: Browser, product: Running) -> None:
        hears, asks = [await _registered(browser, product, name, locale="en-US") for name in ("hears", "asks-again")]
        await asks.route_web_socket("**/v1/live", lambda _: None)  # so that nothing tells that the session is over
        await asks.reload()
        for page in (hears, asks):
            await _go(page, "Settings")
            await page.get_by_role("button", name="Delete me").click()
            await page.get_by_label("Present password").fill("wrong horse")
            await page.get_by_role("button", name="Delete for good").click()
            await expect(page.get_by_role("alert")).to_contain_text("does not fit")
            await page.route("**/me/erase", _lose_answer)
            await page.get_by_label("Present password").fill("correct horse")
            await page.get_by_role("button", name="Delete for good").click()
        await expect(asks.get_by_role("alert")).to_contain_text("we do not know whether it was done")
        await asks.unroute("**/me/erase")
        await asks.get_by_role("button", name="Delete for good").click()

        for page in (hears, asks):
            await expect(page.locator("main")).to_contain_text("does not know you any more")
        await _register(asks, "hears")
        await _go(asks, "Settings")
        await asks.get_by_role("button", name="Sign out").last.click()
        await expect(asks.get_by_role("button", name="Sign in")).to_be_visible()
        await expect(asks.locator("main")).not_to_contain_text("does not know you any more")


async def _named(product: Running, name: str) -> list[str]:
    """Return the people who are called so."""
    async with product.db.transaction() as session:
        return list(await session.scalars(select(User.name).where(User.name.startswith(name))))


class TestABadConnection:
    async def test_loses_nothing_and_doubles_nothing(self, browser: Browser, product: Running) -> None:
        page = await _registered(browser, product, "traveller", locale="en-US")
        await page.get_by_role("button", name="New purchase").click()
        await page.get_by_role("textbox", name="Title").fill("A trip")
        await page.get_by_role("dialog").get_by_role("button", name="Open").click()
        keys: list[str] = []

        async def lose_first_answer(route: Route) -> None:
            keys.append(route.request.headers["idempotence-key"])
            if len(keys) == 1:
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/tasks", lose_first_answer)
        await page.get_by_role("button", name="Add what to buy").click()
        await page.get_by_role("textbox", name="What to buy").fill("Tickets")
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)  # not before the second answer
        await expect(_task(page, "Tickets")).to_have_count(1)
        assert len(keys) == 2
        assert keys[0] == keys[1]

        await page.get_by_role("button", name="Add what to buy").click()
        await page.get_by_role("textbox", name="What to buy").fill("Tent")
        await page.context.set_offline(True)
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(page.get_by_role("alert")).to_contain_text("No connection")
        await expect(page.get_by_text("No connection. Trying again…")).to_be_attached()
        await page.context.set_offline(False)
        await expect(page.get_by_text("No connection. Trying again…")).to_have_count(0)
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(_task(page, "Tent")).to_have_count(1)

        async def lose_answer(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await page.route("**/spendings", lose_answer)
        await _spend(page, "Taxi")
        await expect(page.get_by_role("alert")).to_contain_text("we do not know whether it was done")
        await page.get_by_role("button", name="Close").click()
        await page.unroute("**/spendings")
        await _spend(page, "Taxi")
        await expect(page.get_by_role("status").filter(has_text="It had been done already")).to_be_attached()
        await expect(_task(page, "Taxi")).to_have_count(1)

        await page.route("**/v1/**", lambda route: route.fulfill(status=503))
        await page.reload()
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        await _accessible(page, "not-reached")
        await page.unroute("**/v1/**")
        await page.get_by_role("button", name="Try again").click()
        await expect(_task(page, "Taxi")).to_have_count(1)

    async def test_makes_one_token_and_says_that_it_cannot_be_shown(self, browser: Browser, product: Running) -> None:
        page = await _registered(browser, product, "scripts", locale="en-US")
        await page.route("**/v1/tokens", _lose_answer)
        await _go(page, "Settings")
        await page.get_by_role("button", name="New token").click()
        await page.get_by_label("What it is for").fill("backup")
        await page.get_by_role("button", name="Make").click()

        await expect(page.get_by_role("alert")).to_contain_text("cannot be shown any more")
        tokens = page.get_by_role("region", name="Tokens for scripts").get_by_role("listitem")
        await expect(tokens).to_have_count(1)


async def _lose_answer(route: Route) -> None:
    if route.request.method == "GET":
        await route.continue_()
        return
    await route.fetch()
    await route.abort()


class TestAnotherTab:
    async def test_changes_neither_who_acts_nor_what_is_agreed_to(self, browser: Browser, product: Running) -> None:
        page = await _registered(browser, product, "first-person", locale="en-US")
        await page.get_by_role("button", name="New purchase").click()
        await page.get_by_role("textbox", name="Title").fill("A trip")
        await page.get_by_role("dialog").get_by_role("button", name="Open").click()
        await _spend(page, "Taxi")
        async with page.expect_popup() as opening:  # by a link in which somebody else is said to open it from Telegram
            await page.evaluate("open('/#tgWebAppData=user%3D%257B%257D%26hash%3D0&tgWebAppVersion=8.0')")
        other = await opening.value
        await other.get_by_role("link", name="A trip").click()

        await _go(page, "Sums")
        await page.get_by_role("button", name="Lock the shares").click()
        agreed = await page.get_by_role("dialog").inner_text()
        await _spend(other, "Dinner")
        await expect(page.locator(".figures")).to_contain_text("60")
        assert await page.get_by_role("dialog").inner_text() == agreed
        await page.get_by_role("dialog").get_by_role("button", name="Lock the shares").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_role("button", name="Close").click()

        gone = re.compile(r"/v1/purchases/[\w-]{36}$")
        await page.route(
            gone, lambda route: route.fulfill(status=404, json={"code": "X", "message": "No such purchase."})
        )
        await _spend(other, "Breakfast")
        await expect(page.get_by_text("No such purchase.")).to_be_visible()
        await page.unroute(gone)

        await _go(other, "Settings")
        await other.get_by_role("button", name="Sign out").last.click()
        await _register(page, "second-person")
        await _register(other, "third-person")
        await _go(page, "Purchases")
        await page.get_by_role("button", name="New purchase").click()
        await page.get_by_role("textbox", name="Title").fill("Of the second")
        await page.evaluate(LET_TOKEN_RUN_OUT)
        sent: list[tuple[str, str]] = []
        page.on("request", lambda request: sent.append((request.method, request.url)))
        await page.get_by_role("dialog").get_by_role("button", name="Open").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_text("No open purchases yet")).to_be_visible()
        assert ("POST", f"{product.api_url}/v1/auth/token") in sent
        assert ("POST", f"{product.api_url}/v1/purchases") not in sent


async def _spend(page: Page, what: str) -> None:
    await page.get_by_role("button", name="I paid for something").click()
    await page.get_by_role("textbox", name="For what").fill(what)
    await page.get_by_label("What it cost").fill("30")
    await page.get_by_role("dialog").get_by_role("button", name="Add").click()


class TestPhotos:
    async def test_go_from_the_page_to_the_chat_and_back(
        self, browser: Browser, product: Running, world: World, tmp_path: Path
    ) -> None:
        photo = tmp_path / "receipt.jpg"
        photo.write_bytes(written(picture((900, 600)), "JPEG"))
        anna, boris = world.person("anna"), world.person("boris")
        for person in (anna, boris):
            await person.start()
        await anna.send(GROUP, "/new Шашлыки")
        card = await boris.sees(GROUP, containing="Шашлыки", button="Участвую")
        await boris.tap(card, "Участвую")
        page = await _signed_in(browser, product, boris)
        await page.get_by_role("link", name="Шашлыки").click()
        await page.get_by_role("button", name="Я уже заплатил").click()
        await page.get_by_label("За что").fill("Угли")
        await page.get_by_label("Сколько стоило").fill("600")
        await page.get_by_label("Фото чека").set_input_files(photo)
        await page.get_by_role("dialog").get_by_role("button", name="Добавить").click()
        await page.get_by_role("button", name="Чек: Угли").click()
        assert await _shown(page, "Чек: Угли") == [900, 600]
        await _accessible(page, "receipt-ru")
        await page.get_by_role("button", name="Закрыть").click()
        await anna.sees(GROUP, containing="Угли — 600")
        await anna.tap(card, "Посчитать доли")
        await anna.tap(await anna.sees(GROUP, containing="перевод", button="Зафиксировать"), "Зафиксировать")

        await anna.send(None, "/why")
        await anna.tap(await anna.sees(None, containing="Угли", button="🧾 Угли"), "🧾 Угли")
        seen = await anna.sees(None, containing="🧾 Угли — 600")
        assert (seen.raw["media"]["kind"], seen.raw["media"]["width"]) == ("photo", 900)
        await anna.tap(await open_debt(anna, "Борис"), "С чеком")
        await anna.sees(None, containing="Пришлите фото")
        await anna.send(None, "", photo=written(picture((500, 400))))
        await boris.sees(None, containing="Пришло?")

        await _go(page, "Долги")
        await page.get_by_role("link", name="Анна → Борис").click()
        await page.get_by_role("button", name="Фото платежа").click()
        assert await _shown(page, "Фото платежа") == [500, 400]


async def _shown(page: Page, title: str) -> Any:
    """Return the size of a photo that is shown."""
    image = page.get_by_role("dialog", name=title).get_by_role("img", name="Фото")
    await image.evaluate("image => image.decode()")
    return await image.evaluate("image => [image.naturalWidth, image.naturalHeight]")


class TestEverybody:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_can_read_every_view(self, browser: Browser, product: Running, scheme: str) -> None:
        about = {"locale": "en-US", "color_scheme": scheme, "timezone_id": "Asia/Tokyo"}
        next_year = utc_now().year + 1
        page = await _opened(browser, product, **about)
        for way in ("Password", "Code", "I am new"):
            await page.get_by_role("group", name="How do you sign in?").get_by_text(way).click()
            await _accessible(page, f"{scheme}-sign-in-{way.split()[-1].lower()}")
        await page.get_by_role("group", name="How do you sign in?").get_by_text("Code").click()
        await page.get_by_label("Code from the chat").fill("AAAA-AAAA-AAAA")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await _accessible(page, f"{scheme}-sign-in-refused")
        await _register(page, f"reader-{scheme}")
        await _accessible(page, f"{scheme}-purchases")
        await page.get_by_role("button", name="New purchase").click()
        await _accessible(page, f"{scheme}-new-purchase")
        await page.get_by_role("textbox", name="Title").fill("A tr" + "i" * 60 + "p")
        await page.get_by_label("By which day").fill(f"{next_year}-12-31")
        await page.get_by_role("dialog").get_by_role("button", name="Open").click()
        await expect(page.get_by_text(f"by December 31, {next_year}")).to_be_visible()
        await page.get_by_role("button", name="I paid for something").click()
        await page.get_by_role("textbox", name="For what").fill("Taxi")
        await page.get_by_label("What it cost").fill("30")
        assert await page.evaluate(READ_AMOUNTS, WRITTEN) == [_as_the_chat_reads(text) for text in WRITTEN]
        await page.get_by_label("How to split").select_option("Exact amounts")
        await _accessible(page, f"{scheme}-spending")
        await page.get_by_label("How to split").select_option("Equally")
        await page.get_by_role("dialog").get_by_role("button", name="Add").click()
        await expect(_task(page, "Taxi")).to_be_visible()
        await _accessible(page, f"{scheme}-board")
        await _go(page, "People")
        await page.get_by_role("button", name="Invite").click()
        await page.get_by_label("Their name").fill("@who_has_not_come")
        await page.get_by_role("dialog").get_by_role("button", name="Invite").click()
        await expect(page.get_by_role("listitem").filter(has_text="Invited")).to_contain_text("@who_has_not_come")
        for part in ("People", "Sums", "Papers"):
            await _go(page, part)
            await _accessible(page, f"{scheme}-{part.lower()}")
        for place in ("Debts", "Wallet", "Settings"):
            await _go(page, place)
            await _accessible(page, f"{scheme}-{place.lower()}")
        await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


async def _accessible_by_day_and_night(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await _accessible(page, f"{scheme}-{name}")


async def _accessible(page: Page, name: str) -> None:
    """Look at a view, and let axe-core look at it."""
    await expect(page.locator(".skeleton")).to_have_count(0)
    await page.evaluate("Promise.all(document.getAnimations().filter(one => one.effect.getTiming().iterations === 1)"
                        ".map(one => one.finished.catch(() => null)))")  # fmt: skip
    await _shoot(page, name)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    usual = page.viewport_size
    assert usual is not None
    await page.set_viewport_size(NARROW)
    await _shoot(page, f"{name}-narrow")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert await page.evaluate("[...document.querySelectorAll('.grow')].filter(one => one.checkVisibility()"
                               f" && one.offsetWidth < {READABLE}).map(one => one.textContent)") == []  # fmt: skip
    await page.set_viewport_size(usual)
