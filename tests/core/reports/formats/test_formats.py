"""Every kind of file, whatever people wrote into it: it opens, and it says what it should."""

import csv
import io
import json
import re
import struct
import time
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.reports.document import Document, PurchaseReport
from core.reports.formats import FORMATS
from core.reports.formats.formula_safe import formula_safe
from core.reports.models import ReportFormat
from core.reports.rules import STATEMENT_FORMATS
from core.texts import LANGUAGES
from tests.core.reports.makers import TITLES, purchase_document, statement_document

BEGINNINGS = {
    ReportFormat.PDF: b"%PDF-",
    ReportFormat.XLSX: b"PK\x03\x04",
    ReportFormat.CSV: b"\xef\xbb\xbf",
    ReportFormat.JSON: b"{\n",
    ReportFormat.PNG: b"\x89PNG\r\n",
}


def _made(kind: ReportFormat, document: Document, language: str = "ru") -> bytes:
    return FORMATS[kind](document, language)


def _workbook(document: Document, language: str = "ru") -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(_made(ReportFormat.XLSX, document, language)))
    return {sheet.title: sheet for sheet in book.worksheets}


def _rows(document: Document, language: str = "ru") -> list[dict[str, str]]:
    text = _made(ReportFormat.CSV, document, language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


class TestEveryFormat:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("people_and_expenses", [(1, 0), (3, 5), (12, 40)])
    @pytest.mark.parametrize("kind", FORMATS)
    def test_is_made_of_whatever_people_wrote(
        self, kind: ReportFormat, people_and_expenses: tuple[int, int], language: str
    ) -> None:
        content = _made(kind, purchase_document(*people_and_expenses), language)

        assert content.startswith(BEGINNINGS[kind])

    @pytest.mark.parametrize("kind", STATEMENT_FORMATS)
    def test_is_made_of_statements_too(self, kind: ReportFormat) -> None:
        assert _made(kind, statement_document("RUB", "JPY")).startswith(BEGINNINGS[kind])
        assert _made(kind, replace(statement_document("RUB"), purchases=())).startswith(BEGINNINGS[kind])

    @pytest.mark.parametrize("kind", FORMATS)
    def test_takes_hundreds_of_tasks_in_seconds(self, kind: ReportFormat) -> None:
        document = purchase_document(12, 500)

        began = time.process_time()
        _made(kind, document)

        assert time.process_time() - began < 10

    def test_exists_for_each_kind(self) -> None:
        assert set(FORMATS) == set(ReportFormat)


class TestJson:
    def test_is_the_same_but_for_the_moment_it_was_made(self) -> None:
        first = purchase_document()
        again = replace(first, generated_at=first.generated_at + timedelta(days=1))

        one, other = _made(ReportFormat.JSON, first, "ru"), _made(ReportFormat.JSON, again, "en")

        assert one != other
        made = first.generated_at.isoformat().encode(), again.generated_at.isoformat().encode()
        assert one.replace(made[0], made[1]) == other

    def test_holds_minor_units_and_sums(self) -> None:
        report = purchase_document(currency="KWD")

        read = json.loads(_made(ReportFormat.JSON, report))

        assert (read["format"], read["version"], read["purchase"]["currency"]) == ("syncbuy.report", 1, "KWD")
        assert read["purchase"]["spent_minor"] == report.spent_minor
        assert [line["net_minor"] for line in read["purchase"]["people"]] == [
            person.net_minor for person in report.people
        ]
        assert sum(share["extra_minor"] for share in read["purchase"]["expenses"][0]["shares"]) > 0


class TestCsv:
    def test_is_one_table_by_rfc_4180(self) -> None:
        content = _made(ReportFormat.CSV, purchase_document(9, 20))

        assert content.count(b"\n") == content.count(b"\r\n")
        parsed = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
        assert {len(row) for row in parsed} == {len(parsed[0])}

    def test_has_no_cell_that_a_spreadsheet_would_run(self) -> None:
        for row in _rows(purchase_document(9, 20)):
            for column, cell in row.items():
                if column != "Сумма":
                    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "\t")), cell

    @pytest.mark.parametrize(("currency", "amount"), [("RUB", "53.35"), ("JPY", "5335"), ("KWD", "5.335")])
    def test_writes_amounts_as_numbers_of_their_currency(self, currency: str, amount: str) -> None:
        rows = _rows(purchase_document(2, 5, currency=currency))
        spent = sum(1000 + 37 * number for number in range(1, 6))

        [total] = [row for row in rows if row["Строка"] == "потрачено всего"]
        assert Decimal(total["Сумма"]) == Decimal(spent).scaleb({"RUB": -2, "JPY": 0, "KWD": -3}[currency])
        assert len(total["Сумма"].partition(".")[2]) == len(amount.partition(".")[2])
        assert all(Decimal(row["Сумма"]) is not None for row in rows)

    def test_adds_up(self) -> None:
        report = purchase_document(5, 20)
        rows = _rows(report)

        def total(kind: str) -> Decimal:
            return sum((Decimal(row["Сумма"]) for row in rows if row["Строка"] == kind), Decimal(0))

        assert total("заплачено") == total("доля") == total("потрачено всего")
        assert total("осталось получить") == 0


class TestFormulaSafe:
    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r1", " =1", "＝1", "＋1", "－1", "＠a", "\n=1"])
    def test_disarms_formulas_as_c_47(self, text: str) -> None:
        assert formula_safe(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Анна", "1 = 1", "мама@почта", "«=1»"])
    def test_leaves_other_text_alone(self, text: str) -> None:
        assert formula_safe(text) == text


class TestTheWorkbook:
    def test_has_typed_cells(self) -> None:
        sheet = _workbook(purchase_document())["Расходы"]
        number, day, what, cost = [sheet.cell(2, column) for column in range(1, 5)]

        assert number.value == 1
        assert isinstance(day.value, datetime)
        assert day.is_date
        assert (what.data_type, what.value) == ("s", TITLES[1])
        assert (cost.value, cost.number_format) == (10.37, '#,##0.00 "₽"')

    def test_holds_no_formula_but_the_sums(self) -> None:
        for sheet in _workbook(purchase_document(9, 40)).values():
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.hyperlink is None
                    if cell.data_type == "f":
                        assert cell.row == sheet.max_row
                        assert str(cell.value).startswith("=SUBTOTAL(109,")

    def test_has_sums_that_are_right_before_anything_is_calculated(self) -> None:
        report = purchase_document(5, 20)
        content = _made(ReportFormat.XLSX, report)
        shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Расходы"]
        formula = openpyxl.load_workbook(io.BytesIO(content))["Расходы"]

        last = shown.max_row
        assert Decimal(str(shown.cell(last, 4).value)) == Decimal(report.spent_minor).scaleb(-2)
        assert formula.cell(last, 4).value == f"=SUBTOTAL(109,D2:D{last - 1})"

    def test_has_frozen_headers_and_filters(self) -> None:
        for name, sheet in _workbook(purchase_document()).items():
            if name != "Главное":
                assert sheet.freeze_panes == "A2"
                assert sheet.auto_filter.ref is not None

    @pytest.mark.parametrize(("currency", "shown"), [("JPY", '#,##0 "¥"'), ("KWD", '#,##0.000 "KWD"')])
    def test_shows_amounts_as_their_currency_does(self, currency: str, shown: str) -> None:
        assert _workbook(purchase_document(currency=currency))["Расходы"].cell(2, 4).number_format == shown

    def test_of_a_statement_has_sheets_for_each_currency(self) -> None:
        names = _workbook(statement_document("RUB", "JPY"), "en")

        assert {"Purchases RUB", "Purchases JPY", "Expenses RUB", "Expenses JPY"} <= set(names)


class TestThePages:
    def test_carry_the_title_and_as_many_pages_as_it_takes(self) -> None:
        few, many = (_made(ReportFormat.PDF, purchase_document(4, expenses)) for expenses in (3, 300))

        assert _pages(few) <= 2
        assert _pages(many) > 8

    def test_are_not_run_whatever_people_wrote(self) -> None:
        report = replace(purchase_document(), title='#panic("no") #read("/etc/passwd") \\ "} {')

        assert _made(ReportFormat.PDF, report).startswith(b"%PDF-")
        assert _made(ReportFormat.PNG, report).startswith(b"\x89PNG")


class TestThePicture:
    def test_is_as_wide_as_a_chat_shows_it_and_higher_with_more_arrows(self) -> None:
        sizes = [_size(_made(ReportFormat.PNG, purchase_document(people, 30))) for people in (3, 10, 30)]

        assert {width for width, _ in sizes} == {1280}
        heights = [height for _, height in sizes]
        assert heights == sorted(heights)
        assert heights[-1] < 4000  # of Telegram's 10,000 for both together

    def test_says_so_where_nobody_owes_anything(self) -> None:
        report: PurchaseReport = purchase_document(2, 0)

        assert _size(_made(ReportFormat.PNG, report))[1] > 100


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page\b", pdf))


def _size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height
