"""A page of a list."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import Field

from api.shapes.shape import Shape

Item = TypeVar("Item")
LIMIT = 20
LIMIT_MAX = 100

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="How many to pass over.")]


class Page(Shape, Generic[Item]):
    """Some of a list, with how long it is in all."""

    items: list[Item]
    limit: int = Field(examples=[LIMIT])
    offset: int = Field(examples=[0])
    total: int = Field(description="How many there are in all.", examples=[1])
