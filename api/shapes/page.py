"""Pages of lists: by limit and offset, or for logs that grow by a cursor."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import Field

from api.shapes.shape import Shape

Item = TypeVar("Item")
LIMIT = 20
LIMIT_MAX = 100

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="How many to pass over.")]
Cursor = Annotated[int | None, Query(ge=1, lt=2**63, description="`next` of the page before; nothing for the first.")]


class Page(Shape, Generic[Item]):
    """Some of a list, with how long it is in all."""

    items: list[Item]
    limit: int = Field(examples=[LIMIT])
    offset: int = Field(examples=[0])
    total: int = Field(description="How many there are in all.", examples=[1])


class Log(Shape, Generic[Item]):
    """Some of a log, the newest first."""

    items: list[Item]
    next: str | None = Field(description="The cursor of what is older; null at the end.", examples=["4711"])


def log_of(rows: Sequence[tuple[int, Item]], limit: int) -> Log[Item]:
    """Return some of a log; `rows` are what was found, with their cursors: one more than `limit` if there are more."""
    page = rows[:limit]
    return Log(items=[item for _, item in page], next=str(page[-1][0]) if len(rows) > limit else None)
