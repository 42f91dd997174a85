"""Show what was found: as tables for people, or as one JSON document for machines."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

Row = Mapping[str, Any]
Document = Mapping[str, Row | Sequence[Row] | None]
WIDTH_ELSEWHERE = 1000  # a pipe has no edge at which an id would have to be broken
MINOR = "_minor"


def show(document: Document, *, as_json: bool, columns: Mapping[str, Sequence[str]] | None = None) -> None:
    """Print a document: JSON as it is, or a table for each of its parts.

    Amounts are rows' fields that end in `_minor`, with the `currency` beside them; a table shows them as money. A table
    of a part that `columns` names shows these fields only.
    """
    if as_json:
        typer.echo(json.dumps(document, default=str, ensure_ascii=False))
        return
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_ELSEWHERE
    for name, part in document.items():
        if isinstance(part, Mapping):
            console.print(_record(name, part))
        elif part is not None and not part:
            console.print(f"{_title(name)}: 0")
        elif part is not None:
            console.print(_listing(name, part, (columns or {}).get(name)))


def fields(row: Any, *left_out: str) -> dict[str, Any]:
    """Return the columns of a row of the database by name, but for some."""
    return {
        column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs if column.key not in left_out
    }


def _record(name: str, row: Row) -> "Table":
    from rich.table import Table

    table = Table(title=_title(name), show_header=False, title_justify="left")
    for key in _shown_keys(row):
        table.add_row(_title(key), _cell(row, key))
    return table


def _listing(name: str, rows: Sequence[Row], columns: Sequence[str] | None) -> "Table":
    from rich.table import Table

    keys = list(columns or _shown_keys(rows[0]))
    table = Table(title=f"{_title(name)}: {len(rows)}", title_justify="left")
    for key in keys:
        is_amount = key.endswith(MINOR)
        # An id in pieces cannot be copied, an amount in pieces not be read.
        whole = is_amount or (key == keys[0] and key.endswith("id"))
        table.add_column(_title(key), justify="right" if is_amount else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*(_cell(row, key) for key in keys))
    return table


def _shown_keys(row: Row) -> list[str]:
    has_amount = any(key.endswith(MINOR) for key in row)
    return [key for key in row if not (has_amount and key == "currency")]


def _title(key: str) -> str:
    return key.removesuffix(MINOR).replace("_", " ")


def _cell(row: Row, key: str) -> "Text":
    from rich.text import Text

    written = _written(row, key)
    # What people and providers wrote must not steer the terminal.
    return Text("".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in written))


def _written(row: Row, key: str) -> str:
    value = row[key]
    if value is None:
        return ""
    if key.endswith(MINOR):
        from core.money import Money, to_decimal_string

        return f"{to_decimal_string(Money(value, row['currency']))} {row['currency']}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)
