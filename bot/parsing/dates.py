"""Dates as people write them in Russian and English: `15.06`, `завтра в 18`, `до пятницы`, `in 2 hours` (pure)."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.parsing.plain import plain
from core.errors import Invalid
from core.notifications.dates import END_OF_DAY
from core.purchases.rules import DUE_YEARS_MAX, check_due

LENGTH_MAX = 60

_MONTHS = (
    "января янв january jan",
    "февраля фев february feb",
    "марта мар march mar",
    "апреля апр april apr",
    "мая май may",
    "июня июн june jun",
    "июля июл july jul",
    "августа авг august aug",
    "сентября сен сент september sep sept",
    "октября окт october oct",
    "ноября ноя нояб november nov",
    "декабря дек december dec",
)
_WEEKDAYS = (
    "понедельник понедельника понедельнику пн monday mon",
    "вторник вторника вторнику вт tuesday tue",
    "среда среды среде среду ср wednesday wed",
    "четверг четверга четвергу чт thursday thu",
    "пятница пятницы пятнице пятницу пт friday fri",
    "суббота субботы субботе субботу сб saturday sat выходные выходных выходным weekend",
    "воскресенье воскресенья воскресенью вс sunday sun",
)
_DAYS = ("сегодня today", "завтра tomorrow", "послезавтра")
_COUNTS = (
    "",
    "один одну одно a an one",
    "два две пару two",
    "три three",
    "четыре four",
    "пять five",
    "шесть six",
    "семь seven",
    "восемь eight",
    "девять nine",
    "десять ten",
)
_HOURS = {
    9: "утром утра утру morning",
    12: "полдень полудня полудню noon midday",
    13: "обед обеда обеду lunch",
    15: "днем afternoon",
    19: "вечером вечера вечеру evening",
}


def _numbered(lists: tuple[str, ...], *, start: int) -> dict[str, int]:
    return {word: number for number, words in enumerate(lists, start) for word in words.split()}


MONTH_OF = _numbered(_MONTHS, start=1)
WEEKDAY_OF = _numbered(_WEEKDAYS, start=0)
DAY_OF = {**_numbered(_DAYS, start=0), "day after tomorrow": 2}
COUNT_OF = _numbered(_COUNTS, start=0)
HOUR_OF = {word: hour for hour, words in _HOURS.items() for word in words.split()}
_DAY_WORDS = "|".join((*DAY_OF, *WEEKDAY_OF))
_INTRO = re.compile(r"(?:до|к|ко|по|на|в|во|эту|этот|это|by|until|till|before|due|for|on|this|the) ")
_AT = r"(?:\b(?:в|до|к|на|at|by|until|till) )?(?<![\d.:])"
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        _AT + r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<half>am|pm))?(?![\d:])",
        r"\b(?:в|at) (?P<hour>\d{1,2})\.(?P<minute>\d\d)(?![\d.])",
        _AT + r"(?P<hour>\d{1,2}) ?(?:час(?:а|ов)? )?(?P<half>am|pm|утра|вечера)\b",
        r"\b(?:в|до|к) (?P<hour>\d{1,2}) (?:час(?:а|ов)? )?(?P<half>дня)\b",
        r"\b(?:до|к) (?P<hour>\d{1,2}) (?:час(?:а|ам|ов)?|ч)\b",
        rf"\b(?:в|at) (?P<hour>\d{{1,2}})(?: час(?:а|ов)?| ч)?(?=$| (?:(?:в|во|on) )?(?:{_DAY_WORDS})\b)",
        rf"(?:\b(?:до|к|в|by|at|in the|this) )?\b(?P<part>{'|'.join(HOUR_OF)})\b",
    )
)
_AHEAD = re.compile(
    r"(?:через|in) (?:(?P<digits>\d{1,3}) |(?:a )?(?P<words>[a-zа-я]+) (?:of )?)?"
    r"(?:(?P<minutes>мин|минут[ауы]?|min|minutes?)|(?P<hours>час|часа|часов|hours?)|(?P<days>день|дня|дней|days?)"
    r"|(?P<weeks>недел[юиь]|weeks?)|(?P<months>месяц|месяца|месяцев|months?))"
)
_HALF_AN_HOUR = re.compile(r"через пол ?часа|in half an hour")
_NUMERIC = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}|\d\d))?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?:-?(?:е|го|st|nd|rd|th))? (?:of )?(?P<name>[a-zа-я]+)\.?"
    r"(?:,? (?P<year>\d{4}))?(?: г(?:ода)?)?"
)
_MONTH_DAY = re.compile(r"(?P<name>[a-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>\d{4}))?")
_WEEKDAY = re.compile(r"(?P<next>next |следующ(?:ий|его|ему|ую|ей|ее) )?(?P<name>[a-zа-я]+)")
_END_OF_WEEK = re.compile(r"конц[ауе] недели|end of (?:the |this )?week")
_END_OF_MONTH = re.compile(r"конц[ауе] месяца|end of (?:the |this )?month")
STARTS_A_DUE_DATE = re.compile(
    r"(?:до|к|ко|на|by|until|till|before|due|for) "
    r"|\d{1,2}\.\d\d(?:\.\d\d(?:\d\d)?)?(?= |$)"
    rf"|(?:{'|'.join(DAY_OF)})\b|(?:в|во|on) (?:{_DAY_WORDS})\b"
)


class DateNotUnderstood(Invalid):
    """This is not how a date is written."""


def parse_due(text: str, *, now: datetime, time_zone: str) -> datetime:
    """Return the moment, in UTC, that a person in an IANA time zone means.

    A day without a time is its end, 23:59. A time without a day is the next such time. A day without a year is the next
    such day, today included; a weekday is the next one, today excluded, and with `next` the one of the next calendar
    week. The weekend is its Saturday. Months stand after days (`5.6` is in June), and `5/6`, which could be either, is
    not understood. Nothing is guessed: what fits no form is refused, because a date that is nearly right is worse.

    :raises DateNotUnderstood: if it is no date.
    :raises DueInThePast, DueTooFar: if it has passed, or is years ahead.
    """
    words = plain(text).lower().replace("ё", "е").rstrip(".!, ")
    if len(words) > LENGTH_MAX:
        raise DateNotUnderstood(text=words[:LENGTH_MAX])
    local_now = now.astimezone(ZoneInfo(time_zone))
    try:
        local_due = _moment(words, local_now)
        due = local_due and local_due.astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of June, 25 o'clock, the year 0
        due = None
    if due is None:
        raise DateNotUnderstood(text=words)
    return check_due(due, now=now)


def _moment(words: str, local_now: datetime) -> datetime | None:
    rest, at = _take_time(words)
    while intro := _INTRO.match(rest + " "):
        rest = rest[intro.end() :]
    soon = _soon(rest)
    if soon is not None:
        # Through UTC, so that two hours are two hours in the night of the clock change, too.
        return None if at else (local_now.astimezone(UTC) + soon).astimezone(local_now.tzinfo)
    today = local_now.date()
    if not rest and at:
        due = datetime.combine(today, at, local_now.tzinfo)
        return due if due > local_now else datetime.combine(today + timedelta(days=1), at, local_now.tzinfo)
    day = _day(rest, today)
    return None if day is None else datetime.combine(day, at or time(*END_OF_DAY), local_now.tzinfo)


def _take_time(words: str) -> tuple[str, time | None]:
    """Return the words without the time of day among them, and that time."""
    for pattern in _TIMES:
        match = pattern.search(words)
        if match is None:
            continue
        rest = " ".join((words[: match.start()] + " " + words[match.end() :]).split())
        found = match.groupdict()
        if "part" in found:
            return rest, time(HOUR_OF[found["part"]])
        hour, half = int(found["hour"]), found.get("half")
        if half:
            if not 1 <= hour <= 12:  # noqa: PLR2004 -- hours of half a day
                raise ValueError(words)
            hour = hour % 12 + (0 if half in {"am", "утра"} else 12)
        return rest, time(hour, int(found.get("minute") or 0))
    return words, None


def _soon(words: str) -> timedelta | None:
    """Return how far ahead a moment of today or so is: `через 2 часа`, `in half an hour`."""
    if _HALF_AN_HOUR.fullmatch(words):
        return timedelta(minutes=30)
    match = _AHEAD.fullmatch(words)
    if match is None or not (match["minutes"] or match["hours"]):
        return None
    count = _count(match)
    return timedelta(minutes=count) if match["minutes"] else timedelta(hours=count)


def _day(words: str, today: date) -> date | None:
    """Return the day that the words mean, or None if they mean none."""
    if words in DAY_OF:
        return today + timedelta(days=DAY_OF[words])
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(words):
            return read(match, today)
    return None


def _ahead(match: re.Match[str], today: date) -> date:
    count = _count(match)
    if match["months"]:
        month = today.year * 12 + today.month - 1 + count
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    return today + timedelta(days=count * 7 if match["weeks"] else count)


def _count(match: re.Match[str]) -> int:
    if match["digits"]:
        return int(match["digits"])
    if match["words"] is None:
        return 1
    count = 2 if match["words"] == "couple" else COUNT_OF.get(match["words"])
    if count is None:
        raise ValueError(match["words"])
    return count


def _weekday(match: re.Match[str], today: date) -> date | None:
    weekday = WEEKDAY_OF.get(match["name"])
    if weekday is None:
        return None
    if match["next"]:
        return today + timedelta(days=7 - today.weekday() + weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _date(match: re.Match[str], today: date) -> date | None:
    found = match.groupdict()
    month = MONTH_OF.get(found["name"]) if "name" in found else int(found["month"])
    if month is None:
        return None
    day, year = int(found["day"]), found["year"]
    if year:
        return date(int(year) if len(year) > 2 else 2000 + int(year), month, day)  # noqa: PLR2004 -- two digits
    # The 29th of February may be years away.
    ahead = (year for year in range(today.year, today.year + DUE_YEARS_MAX) if day <= monthrange(year, month)[1])
    return next((date(year, month, day) for year in ahead if date(year, month, day) >= today), None)


def _end_of_week(_: re.Match[str], today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


def _end_of_month(_: re.Match[str], today: date) -> date:
    return today.replace(day=monthrange(today.year, today.month)[1])


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (_END_OF_WEEK, _end_of_week),
    (_END_OF_MONTH, _end_of_month),
    (_AHEAD, _ahead),
    (_WEEKDAY, _weekday),
    (_NUMERIC, _date),
    (_ISO, _date),
    (_DAY_MONTH, _date),
    (_MONTH_DAY, _date),
)
