"""Pages of lists: by limit and offset, or for logs that grow by a cursor."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import Field

from api.shapes.shape import Shape

Item = TypeVar("Item")
LIMIT_MAX = 100
OFFSET_MAX = 1_000_000

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.", examples=[20])]
Offset = Annotated[int, Query(ge=0, le=OFFSET_MAX, description="How many to pass over.", examples=[0])]
Cursor = Annotated[
    int | None, Query(ge=1, lt=2**63, description="`next` of the page before; nothing for the first.", examples=[4711])
]


class Page(Shape, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    limit: int = Field(description="How many were asked for.", examples=[20])
    offset: int = Field(description="How many were passed over.", examples=[0])
    total: int = Field(description="How many there are.", examples=[1])


class Log(Shape, Generic[Item]):
    """A part of a log, the newest first."""

    items: list[Item]
    next: str | None = Field(description="The cursor of what is older; null at the end.", examples=["4711"])


def log_of(rows: list[tuple[int, Item]], limit: int) -> Log[Item]:
    """Return a page of a log; `rows` are what was found with their cursors, one more than `limit` if there are more."""
    page = rows[:limit]
    return Log(items=[item for _, item in page], next=str(page[-1][0]) if len(rows) > limit else None)
