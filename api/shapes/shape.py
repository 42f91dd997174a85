"""What all shapes have in common, and the words that they share."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
)

from core.money import MINOR_MAX


class Shape(BaseModel):
    """A JSON object; a request that has more than is known is refused."""

    model_config = ConfigDict(extra="forbid")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment lies in the years 1 to 9999 in UTC too") from None


def _no_number(said: object) -> object:
    if not isinstance(said, datetime) and not (isinstance(said, str) and "T" in said):
        raise ValueError("a moment is written as 2026-06-01T12:00:00Z")
    return said


# A moment with its offset from UTC; we write it in UTC. A number would be taken for seconds or milliseconds by guess.
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_no_number),
    AfterValidator(_in_utc),
    PlainSerializer(_written, return_type=str, when_used="json"),
    Field(examples=["2026-06-01T12:00:00Z"]),
]
Cents = Annotated[StrictInt, Field(examples=[125_000], description="In minor units of the currency.")]
# An amount that somebody gives: more than nothing, and not more than one operation may move.
Amount = Annotated[
    StrictInt, Field(gt=0, le=MINOR_MAX, examples=[125_000], description="In minor units of the currency.")
]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="A code of ISO 4217.", examples=["RUB"])]
Yes = StrictBool
