"""A report as a PDF: what matters first, the picture of who owes whom, then the tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.money import Money, format_amount
from core.reports.document import Document
from core.reports.formats.chart import picture_content
from core.reports.formats.typesetting import breakable, typeset
from core.reports.lay_out import lay_out, written_day, written_moment
from core.reports.paper import Cell, Column, Kind, Paper, Table
from core.texts import say_plain

MINUS = "\N{MINUS SIGN}"  # as wide as a plus, where a hyphen is hardly seen
NUMBERS = {Kind.MONEY, Kind.COUNT}
NARROW = {Kind.DAY, Kind.MOMENT}


def make(document: Document, language: str) -> bytes:
    """Return the pages."""
    paper = lay_out(document, language)
    content = {
        "language": language,
        "title": breakable(paper.title),
        "subtitle": breakable(paper.subtitle),
        "footer": paper.footer,
        "page": say_plain(language, "report-page", page="<page>", pages="<pages>"),
        "nothing": say_plain(language, "report-nothing"),
        "facts": paper.facts,
        "facts_in_row": 3 if len(paper.facts) % 3 == 0 else 4,
        "picture": None if paper.picture is None else picture_content(paper.picture, language),
        "picture_after": 1,
        "tables": [_table(table, paper) for table in paper.tables if table.is_printed],
    }
    return typeset("report", content, "pdf")


def _table(table: Table, paper: Paper) -> dict[str, Any]:
    kept = [
        index
        for index, column in enumerate(table.columns)
        if not column.is_optional or any(row[index] for row in table.rows)
    ]
    columns = [table.columns[index] for index in kept]
    rows = [[row[index] for index in kept] for row in table.rows]
    shapes = [
        {
            "label": column.label,
            "width": column.width,
            "is_number": column.kind in NUMBERS,
            "is_narrow": column.kind in NARROW,
        }
        for column in columns
    ]
    written = [
        [_written(cell, column, table, paper) for cell, column in zip(row, columns, strict=True)] for row in rows
    ]
    totals = _totals(columns, rows, table, paper)
    return {"title": table.title, "note": table.note, "columns": shapes, "rows": written, "totals": totals}


def _totals(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], table: Table, paper: Paper) -> list[str]:
    if len(rows) < 2 or not any(column.has_total for column in columns):  # noqa: PLR2004 -- one line is its own total
        return []
    totals, is_labelled = [], False
    for index, column in enumerate(columns):
        if column.has_total:
            minor = sum(cell for row in rows if isinstance(cell := row[index], int))
            totals.append(_written(minor, column, table, paper))
        elif column.kind == Kind.TEXT and not is_labelled:
            totals.append(say_plain(paper.language, "report-total"))
            is_labelled = True
        else:
            totals.append("")
    return totals


def _written(cell: Cell, column: Column, table: Table, paper: Paper) -> str:
    match cell:
        case None:
            return ""
        case datetime() if column.kind == Kind.MOMENT:
            return written_moment(cell, paper.time_zone, paper.language)
        case datetime():
            return written_day(cell, paper.time_zone, paper.language)
        case int() if column.kind == Kind.MONEY:
            return format_amount(Money(cell, table.currency), paper.language).replace("-", MINUS)
        case int():
            return str(cell)
        case str():
            return breakable(cell)
