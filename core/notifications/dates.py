"""Dates as people of each language write them, in their own time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.texts import say_plain

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


def written_due(due_at: datetime, now: datetime, time_zone: str, language: str) -> str:
    """Return when something is due, or was, as people say it: `due tomorrow, June 15`."""
    zone = ZoneInfo(time_zone)
    days = (due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        when = "today" if due_at > now else "passed"
    elif abs(days) == 1:
        when = "tomorrow" if days > 0 else "yesterday"
    else:
        when = "later" if days > 0 else "earlier"
    date = written_date(due_at, time_zone, language)
    return say_plain(language, "due-in-words", when=when, days=abs(days), date=date)
