"""Dates as people of each language write them, in their own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

END_OF_DAY = (23, 59)


def written_date(moment: datetime, time_zone: str, language: str) -> str:
    """Return a day, with the time unless it is the end of the day, e.g. `15 июня, 18:00`."""
    local = moment.astimezone(ZoneInfo(time_zone))
    day = (
        format_datetime(local, "d MMMM", locale=language)
        if language == "ru"
        else format_datetime(local, "MMMM d", locale=language)
    )
    return day if (local.hour, local.minute) == END_OF_DAY else f"{day}, {local:%H:%M}"
