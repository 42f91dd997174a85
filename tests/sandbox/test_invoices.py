"""Telegram's invoices: what may be asked, the bot's last word, and what it and the payer see afterwards."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import segno
from playwright.async_api import Page, async_playwright, expect

from sandbox.asking import new_client
from sandbox.serving import Serving
from sandbox.telegram.app import create_app
from sandbox.telegram.person import NotAllowed, Person, World

TOKEN = "7000000001:invoices-" + "a" * 20
GROUP = "Дача 🌲"
PROVIDER = "381764678:TEST:12345"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


def invoice(**change: Any) -> dict[str, Any]:
    """Return the parameters of a good invoice, with changes."""
    good = {
        "title": "Дача",
        "description": "Шашлык и уголь, твоя доля",
        "payload": "attempt:7",
        "provider_token": PROVIDER,
        "currency": "RUB",
        "prices": [{"label": "Шашлык", "amount": 350_00}, {"label": "Уголь", "amount": 50_50}],
        "start_parameter": "pay",
    }
    return {name: value for name, value in {**good, **change}.items() if value is not None}


class Bot:
    """A bot that asks for money and has the last word."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http
        self.offset = 0

    async def raw(self, method: str, **params: Any) -> dict[str, Any]:
        return dict((await self.http.post(f"/bot{TOKEN}/{method}", json=params)).json())

    async def call(self, method: str, **params: Any) -> Any:
        answer = await self.raw(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def next(self, kind: str) -> dict[str, Any]:
        """Wait for the next update of a kind."""
        async with asyncio.timeout(8):
            while True:
                for update in await self.call("getUpdates", offset=self.offset, timeout=5):
                    self.offset = update["update_id"] + 1
                    if kind in update:
                        return dict(update[kind])

    async def decide(self, **answer: Any) -> dict[str, Any]:
        """Answer the next checkout, and return what it asked."""
        asked = await self.next("pre_checkout_query")
        await self.call("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], **answer)
        return asked


@pytest_asyncio.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """Return a sandbox of the test's own."""
    serving = Serving(create_app(data_path=tmp_path), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()


@pytest_asyncio.fixture
async def world(serving: Serving) -> AsyncIterator[World]:
    """Return the way to it from outside."""
    async with World.connect(serving.url) as world:
        yield world


@pytest_asyncio.fixture
async def anna(world: World) -> Person:
    """Return somebody who has started the bot."""
    await world.person("anna").start()
    return world.person("anna")


@pytest_asyncio.fixture
async def bot(serving: Serving) -> AsyncIterator[Bot]:
    """Return the bot."""
    async with new_client(base_url=serving.url, timeout=20) as http:
        yield Bot(http)


class TestAnInvoice:
    async def test_is_paid_when_the_bot_agrees(self, bot: Bot, anna: Person) -> None:
        sent = await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        seen = await anna.sees(None, containing="Дача", button="Pay 400.50 RUB")
        paying = asyncio.create_task(anna.pays_invoice(seen))

        asked = await bot.decide(ok=True)
        charges = await paying
        told = await bot.next("message")

        assert sent["invoice"] == {
            "title": "Дача",
            "description": "Шашлык и уголь, твоя доля",
            "start_parameter": "pay",
            "currency": "RUB",
            "total_amount": 400_50,
        }
        assert (asked["from"]["id"], asked["currency"], asked["total_amount"], asked["invoice_payload"]) == (
            anna.id,
            "RUB",
            400_50,
            "attempt:7",
        )
        assert told["successful_payment"] == {
            "currency": "RUB",
            "total_amount": 400_50,
            "invoice_payload": "attempt:7",
            **charges,
        }
        assert told["from"]["id"] == anna.id
        assert charges.keys() == {"telegram_payment_charge_id", "provider_payment_charge_id"}
        await anna.sees(None, containing="Анна paid 400.50 RUB for Дача")

    async def test_is_not_paid_when_the_bot_says_why_not(self, bot: Bot, anna: Person) -> None:
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        paying = asyncio.create_task(anna.pays_invoice(await anna.sees(None, containing="Дача")))
        await bot.decide(ok=False, error_message="Долг уже погашен")

        with pytest.raises(NotAllowed, match="Долг уже погашен"):
            await paying
        assert not [update for update in await bot.call("getUpdates", offset=bot.offset) if "message" in update]

    async def test_is_not_paid_when_the_bot_says_nothing_in_time(
        self, bot: Bot, anna: Person, serving: Serving
    ) -> None:
        assert serving.app.state.world.checkout_seconds == 10
        serving.app.state.world.checkout_seconds = 0.2
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())

        with pytest.raises(NotAllowed, match="did not answer in time"):
            await anna.pays_invoice(await anna.sees(None, containing="Дача"))

        asked = await bot.next("pre_checkout_query")
        late = await bot.raw("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=True)
        assert "query is too old" in late["description"]

    async def test_is_decided_once_and_never_refused_without_words(self, bot: Bot, anna: Person) -> None:
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        paying = asyncio.create_task(anna.pays_invoice(await anna.sees(None, containing="Дача")))
        asked = await bot.next("pre_checkout_query")

        silent = await bot.raw("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=False)
        await bot.call("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=True)
        again = await bot.raw("answerPreCheckoutQuery", pre_checkout_query_id=asked["id"], ok=True)

        assert "error message must be non-empty" in silent["description"]
        assert "query is too old" in again["description"]
        await paying

    async def test_is_paid_by_one_person_once(self, bot: Bot, anna: Person) -> None:
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        seen = await anna.sees(None, containing="Дача")
        taps = [asyncio.create_task(anna.pays_invoice(seen)) for _ in range(2)]
        await bot.decide(ok=True)
        await bot.decide(ok=True)

        results = await asyncio.gather(*taps, return_exceptions=True)

        assert sum(isinstance(result, NotAllowed) for result in results) == 1
        with pytest.raises(NotAllowed, match="paid already"):
            await anna.pays_invoice(seen)

    async def test_in_a_group_may_be_paid_by_each_member_and_by_nobody_else(
        self, bot: Bot, anna: Person, world: World
    ) -> None:
        await bot.call("sendInvoice", chat_id=world.groups[GROUP], **invoice())
        for name in ("anna", "boris"):
            person = world.person(name)
            paying = asyncio.create_task(person.pays_invoice(await person.sees(GROUP, button="Pay")))
            assert (await bot.decide(ok=True))["from"]["id"] == person.id
            await paying
        stranger = await world.act("add_person", first_name="Eve")
        await world.look()

        with pytest.raises(NotAllowed, match="does not see"):
            await world.person("Eve").pays_invoice(await anna.sees(GROUP, button="Pay"))
        assert stranger["first_name"] == "Eve"

    async def test_may_be_a_link(self, bot: Bot, anna: Person) -> None:
        link = await bot.call("createInvoiceLink", **invoice(start_parameter=None))
        paying = asyncio.create_task(anna.pays_invoice(link))
        await bot.decide(ok=True)
        await paying

        told = await bot.next("message")
        assert (told["chat"]["id"], told["successful_payment"]["total_amount"]) == (anna.id, 400_50)
        with pytest.raises(NotAllowed, match="no such invoice"):
            await anna.pays_invoice("https://t.me/$nothing")

    async def test_may_be_in_stars(self, bot: Bot, anna: Person) -> None:
        stars = invoice(currency="XTR", provider_token="", prices=[{"label": "Pro", "amount": 50}])

        sent = await bot.call("sendInvoice", chat_id=anna.id, **stars)

        assert sent["reply_markup"]["inline_keyboard"][0][0] == {"text": "Pay 50 XTR", "pay": True}

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"title": ""}, "TITLE_INVALID"),
            ({"title": "x" * 33}, "TITLE_INVALID"),
            ({"description": "x" * 256}, "DESCRIPTION_INVALID"),
            ({"payload": "я" * 65}, "INVOICE_PAYLOAD_INVALID"),
            ({"payload": None}, "INVOICE_PAYLOAD_INVALID"),
            ({"currency": "XXX"}, "CURRENCY_INVALID"),
            ({"provider_token": "nonsense"}, "PAYMENT_PROVIDER_INVALID"),
            ({"prices": []}, "at least one price"),
            ({"prices": [{"label": "a", "amount": "1"}]}, "labeled price"),
            ({"prices": [{"label": "a", "amount": 79_99}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
            ({"prices": [{"label": "a", "amount": 800_000_01}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
            ({"currency": "XTR"}, "PAYMENT_PROVIDER_INVALID"),
            ({"currency": "XTR", "provider_token": ""}, "STARS_INVOICE_INVALID"),
            ({"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}}, "first button"),
        ],
    )
    async def test_that_breaks_a_limit_is_refused(
        self, bot: Bot, anna: Person, change: dict[str, Any], refusal: str
    ) -> None:
        assert refusal in (await bot.raw("sendInvoice", chat_id=anna.id, **invoice(**change)))["description"]

    async def test_is_read_by_the_real_library(self, serving: Serving, anna: Person) -> None:
        from aiogram.types import LabeledPrice

        from bot.dispatcher import connect

        library = connect(TOKEN, serving.url)
        words = invoice(prices=[LabeledPrice(label="Всё", amount=400_50)])
        sent = await library.send_invoice(anna.id, **words)
        paying = asyncio.create_task(anna.pays_invoice(await anna.sees(None, containing="Дача")))
        updates = await library.get_updates(timeout=5)
        while updates[-1].pre_checkout_query is None:
            updates = await library.get_updates(offset=updates[-1].update_id + 1, timeout=5)
        assert await library.answer_pre_checkout_query(updates[-1].pre_checkout_query.id, ok=True)
        charges = await paying
        told = (await library.get_updates(offset=updates[-1].update_id + 1, timeout=5))[-1].message
        await library.session.close()

        assert sent.invoice is not None
        assert told is not None
        assert told.successful_payment is not None
        assert told.successful_payment.telegram_payment_charge_id == charges["telegram_payment_charge_id"]


@pytest.mark.browser
class TestTheChatPage:
    @pytest_asyncio.fixture
    async def page(self, chromium: str, serving: Serving, anna: Person) -> AsyncIterator[Page]:
        """Return the chat page with Anna's private chat, in English."""
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
            page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
            page.set_default_timeout(5000)
            await page.goto(serving.url)
            seat = page.get_by_role("region", name=anna.name)
            await seat.get_by_role("tab", name="SyncBuy").click()
            yield page
            await browser.close()

    async def test_shows_an_invoice_and_pays_it(self, page: Page, bot: Bot, anna: Person) -> None:
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        card = page.get_by_role("article").filter(has_text="Шашлык и уголь, твоя доля")
        await expect(card).to_contain_text("₽400.50")
        pay = card.get_by_role("button", name="Pay 400.50 RUB")

        await pay.click()
        await expect(pay).to_have_attribute("aria-busy", "true")
        await bot.decide(ok=True)

        await expect(page.get_by_text("Анна paid 400.50 RUB for Дача")).to_be_visible()
        await expect(card).to_contain_text("Paid")
        await expect(pay).not_to_have_attribute("aria-busy", "true")

    async def test_says_why_the_bot_wants_no_payment(self, page: Page, bot: Bot, anna: Person) -> None:
        await bot.call("sendInvoice", chat_id=anna.id, **invoice())
        await page.get_by_role("button", name="Pay 400.50 RUB").click()
        await bot.decide(ok=False, error_message="Долг уже погашен")

        await expect(page.get_by_role("status").filter(has_text="Долг уже погашен")).to_be_visible()

    async def test_shows_a_picture_that_the_bot_uploads(
        self, page: Page, bot: Bot, anna: Person, tmp_path: Path
    ) -> None:
        picture = tmp_path / "qr.png"
        segno.make("https://bank.example/pay/1").save(str(picture), scale=6)
        form = {"chat_id": str(anna.id), "caption": "Открой на телефоне"}

        answer = await bot.http.post(
            f"/bot{TOKEN}/sendPhoto", data=form, files={"photo": ("qr.png", picture.read_bytes(), "image/png")}
        )

        sent = answer.json()["result"]
        assert (sent["photo"][0]["width"], sent["caption"]) == (198, "Открой на телефоне")
        shown = page.get_by_role("article").filter(has_text="Открой на телефоне").get_by_role("img")
        await expect(shown).to_be_visible()
        await shown.evaluate("image => image.decode()")
        assert await shown.evaluate("image => image.naturalWidth") == 198
