"""A report laid out for people: words of one language in typed cells, the same for every kind of file (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Cell = str | int | datetime | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    MONEY = "money"  # minor units of the table's currency
    COUNT = "count"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is in characters, and tells on paper which columns get more room."""

    label: str
    kind: Kind = Kind.TEXT
    width: int = 12
    has_total: bool = False
    is_optional: bool = False  # left out on paper where it would hold nothing but zeros


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of typed cells under a heading."""

    name: str  # a short one, for the tab of a sheet
    title: str
    currency: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    is_printed: bool = True
    note: str = ""  # how to read it


@dataclass(frozen=True, slots=True)
class Arrow:
    """Who is to give whom how much, in minor units of the picture's currency, and how much of it is done."""

    payer: str
    payee: str
    amount_minor: int
    done_minor: int
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Who owes whom, as arrows; those that found no room are counted."""

    title: str
    subtitle: str
    currency: str
    arrows: Sequence[Arrow]
    left_out: str  # a sentence about arrows that are not shown, or nothing
    empty: str  # what is said where there is no arrow


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as it will be read."""

    language: str
    time_zone: str
    title: str
    subtitle: str
    footer: str
    facts: Sequence[tuple[str, str]]  # what is to be seen first: a label and a value
    picture: Picture | None
    tables: Sequence[Table]
