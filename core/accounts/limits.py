"""How much a person may set in motion at once and in a day."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.models import DailyTotal
from core.errors import Conflict, Invalid
from core.ids import UserId
from core.money import exponent


class AboveOperationLimit(Invalid):
    """One operation may not move as much."""


class AboveDailyLimit(Conflict):
    """Together with what the person has set in motion today it would be too much."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in whole units of whatever currency it is, for each person."""

    operation: int
    day: int


async def count_against_limits(
    session: AsyncSession, *, user_id: UserId, amount_minor: int, currency: str, limits: Limits, now: datetime
) -> None:
    """Let the person set an amount in motion, and count it; what fails later has been counted too.

    One statement counts and compares, so that many at once cannot slip through together.

    :raises AboveOperationLimit, AboveDailyLimit: if it is too much.
    """
    unit = 10 ** exponent(currency)
    if amount_minor > limits.operation * unit:
        raise AboveOperationLimit(limit_minor=limits.operation * unit, currency=currency)
    in_a_day = limits.day * unit
    row = insert(DailyTotal).values(
        user_id=user_id, currency=currency, day=now.astimezone(UTC).date(), total_minor=amount_minor
    )
    total = DailyTotal.total_minor + row.excluded.total_minor
    counted = row.on_conflict_do_update(
        index_elements=[DailyTotal.user_id, DailyTotal.currency, DailyTotal.day],
        set_={"total_minor": total},
        where=total <= in_a_day,
    ).returning(DailyTotal.total_minor)
    if amount_minor > in_a_day or await session.scalar(counted) is None:
        raise AboveDailyLimit(limit_minor=in_a_day, currency=currency)
