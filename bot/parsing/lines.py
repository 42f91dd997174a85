"""What stands in one line after a command: a title with an amount, a date or mentions (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.parsing.amounts import AmountNotUnderstood, parse_amount
from bot.parsing.dates import STARTS_A_DUE_DATE, DateNotUnderstood, parse_due
from bot.parsing.plain import plain
from core.errors import Invalid
from core.money import Money

DASHES = " -–—:="
LEFT_OPEN = {"с", "со", "от", "после", "from", "after", "since"}  # a title that ends so has its date with it


@dataclass(frozen=True, slots=True)
class Spent:
    """What a person says they paid, what for, and the usernames (without @) of those who share it."""

    amount: Money
    title: str
    mentions: tuple[str, ...]


def split_title_and_amount(text: str, currency: str) -> tuple[str, Money | None]:
    """Return the title and the amount at its end, if there is one: `молоко 3,2% 120` is 120 for `молоко 3,2%`.

    The amount is as much of the end as is one amount (`пиво 2 150` is 2150), and at least one word is the title. Beside
    a title a dash between words is a dash, never a minus. What is no right amount in this currency belongs to the
    title, which a person may well have meant.
    """
    words = text.split()
    for title, end in _endings(words):
        if "-" in plain(end):
            continue
        try:
            return title, parse_amount(end, currency, zero=True)
        except AmountNotUnderstood:
            continue
        except Invalid:
            break  # a shorter end would cut the currency or the thousands off
    return " ".join(words), None


def parse_spent(text: str, currency: str) -> Spent:
    """Return what `1200 такси @anna @boris` says: an amount, then a title; or a title, then an amount.

    The amount is as much of the beginning as is one amount. Mentions may stand anywhere. Without a title it is empty.

    :raises Invalid: as `parse_amount`, if neither the beginning nor the end is an amount above zero.
    """
    words = text.split()
    mentions = tuple(word[1:].rstrip(",.;") for word in words if _is_mention(word))
    others = [word for word in words if not _is_mention(word)]
    for count in range(len(others), 0, -1):
        start, title = " ".join(others[:count]), " ".join(others[count:])
        if " - " in plain(start):
            continue
        try:
            return Spent(parse_amount(start, currency), title.lstrip(DASHES), mentions)
        except AmountNotUnderstood:
            continue
    title, amount = split_title_and_amount(" ".join(others), currency)
    if amount is None or not amount.minor:
        raise AmountNotUnderstood(text=" ".join(others[:3]))
    return Spent(amount, title, mentions)


def split_title_and_due(text: str, *, now: datetime, time_zone: str) -> tuple[str, datetime | None]:
    """Return the title and the due date at its end, if there is one: `Шашлыки до пятницы`, `Trip 15.06 18:00`.

    A due date begins with `до`, `к`, `by`, `until`, a day and a two-digit month, a word such as `завтра`, or `в`/`on`
    and a weekday. At least one word is the title. What is no date in the future belongs to the title.
    """
    words = text.split()
    for title, end in _endings(words):
        if not STARTS_A_DUE_DATE.match(plain(end).lower()):
            continue
        if title.split()[-1].lower() in LEFT_OPEN:
            break
        try:
            return title, parse_due(end, now=now, time_zone=time_zone)
        except DateNotUnderstood:
            continue
        except Invalid:
            break
    return " ".join(words), None


def _endings(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every way to cut at least one word off the front, the longest end first."""
    for count in range(1, len(words)):
        yield " ".join(words[:count]).rstrip(DASHES) or words[0], " ".join(words[count:])


def _is_mention(word: str) -> bool:
    return word.startswith("@") and len(word) > 1
