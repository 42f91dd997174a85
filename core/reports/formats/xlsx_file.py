"""A report as a spreadsheet: a sheet for each table, amounts, dates and counts as what they are."""

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from core.money import exponent, spreadsheet_format
from core.reports.document import Document
from core.reports.lay_out import lay_out
from core.reports.paper import Cell, Column, Kind, Paper, Table
from core.texts import say_plain

# Whatever people wrote stays text: no formula, no link, no number made of it.
AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEAD, SPREADSHEET_CHARACTERS_MAX = "#EEF2F7", 60
LINE_POINTS = 15
LAST_ROW_OF_HEAD = 3  # title, subtitle, an empty line


def make(document: Document, language: str) -> bytes:
    """Return the workbook: a summary, and each table with a frozen header, filters and totals that are sums."""
    paper = lay_out(document, language)
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, **AS_TEXT})
    made_at = document.generated_at.replace(tzinfo=None)
    book.set_properties({"title": paper.title, "author": "SyncBuy", "created": made_at})
    _write_summary(book, paper)
    for table in paper.tables:
        _Sheet(book, table, paper).write()
    book.close()
    return written.getvalue()


def _write_summary(book: Any, paper: Paper) -> None:
    sheet = book.add_worksheet(say_plain(paper.language, "report-table-summary"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 26)
    sheet.write_string(0, 0, paper.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, paper.subtitle, book.add_format({"font_color": "#5B6776"}))
    bold = book.add_format({"bold": True, "align": "left"})
    for row, (label, value) in enumerate(paper.facts, LAST_ROW_OF_HEAD):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, value, bold)
    sheet.write_string(LAST_ROW_OF_HEAD + 1 + len(paper.facts), 0, paper.footer)


class _Sheet:
    """One table on a sheet of its own."""

    def __init__(self, book: Any, table: Table, paper: Paper) -> None:
        self._table, self._paper = table, paper
        self._sheet = book.add_worksheet(table.name)
        head = {"bold": True, "bg_color": HEAD, "bottom": 1, "text_wrap": True, "valign": "top"}
        self._head = {kind: book.add_format({**head, **_side(kind)}) for kind in Kind}
        self._formats = {kind: book.add_format(self._shape(kind)) for kind in Kind}
        total = {"bold": True, "top": 1}
        self._totals = {kind: book.add_format({**self._shape(kind), **total}) for kind in Kind}

    def write(self) -> None:
        """Write the header, the rows and the totals."""
        table, sheet = self._table, self._sheet
        widths = [_width(column, [row[index] for row in table.rows]) for index, column in enumerate(table.columns)]
        for index, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, column.label, self._head[column.kind])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
        for number, row in enumerate(table.rows, 1):
            if (lines := max(map(_lines, row, widths))) > 1:  # not every program makes room when it opens a file
                sheet.set_row(number, lines * LINE_POINTS)
            for index, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                self._write(number, index, column, cell)
        self._write_totals(len(table.rows) + 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)

    def _write(self, row: int, index: int, column: Column, cell: Cell) -> None:
        style = self._formats[column.kind]
        match cell:
            case None:
                self._sheet.write_blank(row, index, None, style)
            case datetime():
                local = cell.astimezone(ZoneInfo(self._paper.time_zone)).replace(tzinfo=None)
                self._sheet.write_datetime(row, index, local, style)
            case int():
                self._sheet.write_number(row, index, self._number(column, cell), style)
            case str():
                self._sheet.write_string(row, index, cell, style)

    def _write_totals(self, row: int) -> None:
        """Write sums as formulas with their values, so that they are right before anything recalculates."""
        if not self._table.rows or not any(column.has_total for column in self._table.columns):
            return
        is_labelled = False
        for index, column in enumerate(self._table.columns):
            style = self._totals[column.kind]
            if column.has_total:
                cells = [cells[index] for cells in self._table.rows]
                value = self._number(column, sum(cell for cell in cells if isinstance(cell, int)))
                # 109 leaves out what a filter hides.
                letters = xlsxwriter.utility.xl_range(1, index, row - 1, index)
                self._sheet.write_formula(row, index, f"=SUBTOTAL(109,{letters})", style, value)
            elif column.kind == Kind.TEXT and not is_labelled:
                self._sheet.write_string(row, index, say_plain(self._paper.language, "report-total"), style)
                is_labelled = True
            else:
                self._sheet.write_blank(row, index, None, style)

    def _number(self, column: Column, value: int) -> Decimal:
        return Decimal(value).scaleb(-exponent(self._table.currency) if column.kind == Kind.MONEY else 0)

    def _shape(self, kind: Kind) -> dict[str, Any]:
        language = self._paper.language
        shapes: dict[Kind, dict[str, Any]] = {
            Kind.MONEY: {"num_format": spreadsheet_format(self._table.currency, language)},
            Kind.DAY: {"num_format": say_plain(language, "report-day-in-spreadsheet")},
            Kind.MOMENT: {"num_format": say_plain(language, "report-moment-in-spreadsheet")},
            Kind.COUNT: {"num_format": "0"},
            Kind.TEXT: {"text_wrap": True},
        }
        return {"valign": "top", **_side(kind), **shapes[kind]}


def _width(column: Column, cells: Sequence[Cell]) -> int:
    """Return a width in characters: as declared, and wider for longer words up to a limit."""
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    return min(max(column.width, len(column.label) + 3, longest + 3), SPREADSHEET_CHARACTERS_MAX)


def _lines(cell: Cell, width: int) -> int:
    return sum(len(wrap(line, width)) or 1 for line in cell.splitlines()) if isinstance(cell, str) else 1


def _side(kind: Kind) -> dict[str, Any]:
    """Return where values and their label stand: numbers to the right, and what follows them not close by."""
    return {"align": "right"} if kind in {Kind.MONEY, Kind.COUNT} else {"align": "left", "indent": 1}
