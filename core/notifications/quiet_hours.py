"""When a person wants to be left alone, by the clock on their wall (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AHEAD = timedelta(hours=1)  # what must be said before the quiet begins comes so early that there is time to act


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when nothing that can wait is told, in an IANA time zone; none if both are the same."""

    start: time
    end: time
    zone: str

    def cover(self, moment: datetime) -> bool:
        """Return whether it is quiet at this moment."""
        wall = moment.astimezone(ZoneInfo(self.zone)).timetz().replace(tzinfo=None)
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


def next_allowed(moment: datetime, quiet: QuietHours) -> datetime:
    """Return the moment itself, or when the quiet around it ends."""
    if not quiet.cover(moment):
        return moment
    ends = _moments(quiet.end, moment, quiet.zone, days=(0, 1, 2))
    return min(end for end in ends if end > moment and not quiet.cover(end))


def last_allowed(moment: datetime, quiet: QuietHours) -> datetime:
    """Return the moment itself, or an hour before the quiet around it began."""
    if not quiet.cover(moment):
        return moment
    earlier = max(start for start in _moments(quiet.start, moment, quiet.zone, days=(0, -1, -2)) if start <= moment)
    while quiet.cover(earlier):
        earlier -= AHEAD
    return earlier


def add_days(moment: datetime, days: int, zone: str) -> datetime:
    """Return the same time on the wall so many days later, also where the clocks change in between."""
    local = moment.astimezone(ZoneInfo(zone))
    return (local + timedelta(days=days)).astimezone(UTC)


def _moments(wall: time, around: datetime, zone: str, *, days: tuple[int, ...]) -> Iterator[datetime]:
    """Yield when the wall's clock shows a time on days around a moment; twice where the clocks are put back."""
    today: date = around.astimezone(ZoneInfo(zone)).date()
    for day in days:
        for fold in (0, 1):
            shown = datetime.combine(today + timedelta(days=day), wall.replace(fold=fold), tzinfo=ZoneInfo(zone))
            yield shown.astimezone(UTC)
