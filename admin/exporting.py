"""Write transfers as CSV, JSON or JSON lines, one after the other, so that a book of any length fits into memory."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from core.ledger.transfers import TransferLine
from core.money import Money, to_decimal_string
from core.reports.formats.formula_safe import formula_safe

COLUMNS = (*(field.name for field in fields(TransferLine)), "amount")


async def as_csv(lines: AsyncIterator[TransferLine]) -> AsyncIterator[str]:
    """Yield RFC 4180: a header, lines that end in CR LF, quotes where they are needed."""
    yield _csv_row(COLUMNS)
    async for line in lines:
        values = _values(line)
        yield _csv_row([_cell(values[name]) for name in COLUMNS])


async def as_json(lines: AsyncIterator[TransferLine]) -> AsyncIterator[str]:
    """Yield one document: an object with the list `transfers`."""
    yield '{"transfers": ['
    separator = "\n"
    async for line in lines:
        yield separator + _json(line)
        separator = ",\n"
    yield "\n]}\n"


async def as_jsonl(lines: AsyncIterator[TransferLine]) -> AsyncIterator[str]:
    """Yield an object for each transfer, one on a line."""
    async for line in lines:
        yield _json(line) + "\n"


Form = Callable[[AsyncIterator[TransferLine]], AsyncIterator[str]]
FORMS: Mapping[str, Form] = {"csv": as_csv, "json": as_json, "jsonl": as_jsonl}


def _values(line: TransferLine) -> dict[str, Any]:
    return {**asdict(line), "amount": to_decimal_string(Money(line.amount_minor, line.currency))}


def _json(line: TransferLine) -> str:
    values = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in _values(line).items()
    }
    return json.dumps(values, ensure_ascii=False)


def _cell(value: Any) -> str:
    match value:
        case int():
            return str(value)
        case datetime():
            return value.isoformat()
        case str():
            text = value
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return formula_safe(text)


def _csv_row(cells: tuple[str, ...] | list[str]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(cells)
    return row.getvalue()
