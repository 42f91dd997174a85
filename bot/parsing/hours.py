"""Two times of the day as people write them: `22-9`, `22:30–7:45`, `с 23 до 8`."""

import re
from datetime import time

from bot.parsing.plain import plain
from core.errors import Invalid

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"(?:с |from )?{_TIME} ?(?:-| до | to | until ) ?{_TIME}")
HOURS, MINUTES = 24, 60


class NotHours(Invalid):
    """This is no span of time."""


def parse_hours(text: str) -> tuple[time, time]:
    """Return from when until when.

    :raises NotHours: if it is anything else.
    """
    match = _SPAN.fullmatch(plain(text).lower())
    if match is None:
        raise NotHours
    return _time(match[1], match[2]), _time(match[3], match[4])


def _time(hour: str, minute: str | None) -> time:
    hours, minutes = int(hour), int(minute or 0)
    if minutes >= MINUTES or hours > HOURS or (hours == HOURS and minutes):
        raise NotHours
    return time(hours % HOURS, minutes)
