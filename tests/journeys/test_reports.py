"""Reports in the chat: asked for in every form, posted at the close, refused to strangers, made by whoever lives."""

import asyncio
import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from admin.product import Running
from admin.story import GROUP
from core.clock import utc_now
from core.reports.make_report import claim_report
from core.reports.models import Report, ReportStatus
from sandbox.telegram.person import Person, Seen, World
from tests.journeys.steps import answered, locked, open_debt, open_purchase


def _a_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-")


def _a_workbook(content: bytes) -> bool:
    return "Расходы" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames


def _a_table(content: bytes) -> bool:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    return any(row["Что"] == "такси" and row["Сумма"] == "1000.00" for row in rows)


def _json(content: bytes) -> bool:
    return bool(json.loads(content)["purchase"]["spent_minor"] == 1000_00)


def _a_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG")


async def _file(person: Person, chat: str | None, *, after: Seen, kind: str = "document") -> Seen:
    """Wait for a message with a file, and return it."""
    async with asyncio.timeout(10):
        while True:
            for seen in await person.messages(chat):
                if seen.id > after.id and (seen.raw.get("media") or {}).get("kind") == kind:
                    return seen
            await asyncio.sleep(0.05)


class TestAReport:
    @pytest.mark.parametrize(
        ("word", "is_right", "kind"),
        [
            ("pdf", _a_pdf, "document"),
            ("xlsx", _a_workbook, "document"),
            ("csv", _a_table, "document"),
            ("json", _json, "document"),
            ("png", _a_png, "photo"),
        ],
    )
    async def test_comes_to_the_group_as_it_was_asked_for(
        self, world: World, word: str, is_right: Callable[[bytes], bool], kind: str
    ) -> None:
        anna, boris = await locked(world)

        asked = await boris.send(GROUP, f"/report {word}")

        seen = await _file(anna, GROUP, after=asked, kind=kind)
        assert is_right(await world.file(seen))
        assert kind == "photo" or seen.raw["media"]["name"] == f"Шашлыки.{word}"

    async def test_is_offered_by_the_card_in_every_form(self, world: World) -> None:
        anna, boris = await locked(world)
        card = await anna.sees(GROUP, containing="Шашлыки", button="Отчёт")

        await boris.tap(card, "Отчёт")
        choice = await boris.sees(GROUP, containing="В каком виде", button="Excel")
        await boris.tap(choice, "Excel")

        assert await _file(anna, GROUP, after=card)

    async def test_comes_in_private_to_who_asks_in_private(self, world: World) -> None:
        anna, boris = await locked(world)
        before = await anna.messages(GROUP)

        asked = await boris.send(None, "/report")
        await boris.tap(await boris.sees(None, containing="О чём", button="Шашлыки", after=asked), "Шашлыки")
        await boris.tap(await boris.sees(None, containing="В каком виде", button="PDF", after=asked), "PDF")

        assert await _file(boris, None, after=asked)
        assert [seen.id for seen in await anna.messages(GROUP)] == [seen.id for seen in before]

    async def test_is_of_oneself_on_request(self, world: World) -> None:
        _, boris = await locked(world)

        asked = await boris.send(None, "/report")
        await boris.tap(await boris.sees(None, containing="О чём", after=asked), "Моя выписка")
        await boris.tap(await boris.sees(None, containing="выписка", button="JSON", after=asked), "JSON")
        seen = await boris.sees(None, containing="Отчёт: ваша выписка", after=asked)

        statement = json.loads(await world.file(seen))
        assert statement["person"]["name"] == "Борис"
        assert [purchase["people"][0]["balance_minor"] for purchase in statement["purchases"]] == [-500_00]

    async def test_is_posted_with_its_picture_when_the_purchase_is_closed(self, world: World) -> None:
        anna, boris = await locked(world)
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, containing="Пришло?", button="Пришло"), "Пришло")
        await anna.sees(None, containing="все рассчитались")

        asked = await anna.send(GROUP, "/close")
        await anna.tap(await anna.sees(None, containing="Итоги опубликую", button="закрыть"), "закрыть")

        assert _a_png(await world.file(await _file(boris, GROUP, after=asked, kind="photo")))
        assert _a_pdf(await world.file(await _file(boris, GROUP, after=asked)))

    async def test_is_refused_to_a_stranger_who_forges_its_button(self, world: World, product: Running) -> None:
        anna = world.person("anna")
        await anna.start()
        await open_purchase(anna)
        asked = await anna.send(None, "/report")
        menu = await anna.sees(None, containing="О чём", button="Шашлыки", after=asked)
        await anna.tap(menu, "Шашлыки")
        choice = await anna.sees(None, containing="В каком виде", button="PDF", after=asked)
        data = next(button["callback_data"] for row in choice.buttons for button in row if "PDF" in button["text"])
        vera = world.person("vera")
        await vera.start()
        hers = await vera.send(None, "/report")

        forged = await vera.forge(await vera.sees(None, containing="О чём", after=hers), data)

        await answered(world, forged["callback_id"], "Такой покупки не нашёл")
        async with product.db.transaction() as session:
            assert (await session.scalars(select(Report.id))).all() == []

    async def test_says_which_forms_there_are(self, world: World) -> None:
        anna = world.person("anna")
        await open_purchase(anna)

        asked = await anna.send(GROUP, "/report docx")

        await anna.sees(GROUP, containing="pdf, xlsx, csv, json, png", after=asked)


class TestAWorker:
    async def test_that_is_killed_in_the_middle_is_stood_in_for_and_the_file_comes_once(
        self, world: World, product: Running
    ) -> None:
        anna, _ = await locked(world)
        asked = await anna.send(GROUP, "/report pdf")
        await _file(anna, GROUP, after=asked)

        async with product.db.transaction() as session:
            # As it is after a kill: begun, leased, and nobody is at it.
            dead: dict[str, Any] = {"status": ReportStatus.RUNNING, "attempts": 1, "content": None, "digest": None}
            late = utc_now() - timedelta(seconds=1)
            await session.execute(update(Report).values(**dead, finished_at=None, not_before=late))
        await world.advance(timedelta(seconds=2))
        await _ready(product)

        files = [seen for seen in await anna.messages(GROUP) if seen.raw.get("media")]
        assert len(files) == 1
        async with product.db.transaction() as session:
            assert await claim_report(session, now=utc_now()) is None


async def _ready(product: Running) -> None:
    async with asyncio.timeout(10):
        while True:
            async with product.db.transaction() as session:
                if await session.scalar(select(Report.status)) == ReportStatus.READY:
                    return
            await asyncio.sleep(0.05)
