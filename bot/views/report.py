"""What to ask for as a report: of a purchase, or of oneself."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.notifications.message import Button, Message, Rows, tap
from core.purchases.models import Purchase
from core.reports.models import ReportFormat
from core.reports.rules import STATEMENT_FORMATS
from core.texts import say, say_plain

ASK = "report_"  # and the format; the action of its button
STATE = "statement_"
ALL, YEAR, MONTH = range(3)  # the version of a statement's button says since when
PERIODS = ((MONTH, "month"), (YEAR, "year"), (ALL, "all"))
STATEMENT_BUTTONS = (ReportFormat.PDF, ReportFormat.XLSX)


def format_view(purchase: Purchase, language: str) -> Message:
    """Return the kinds of files that a purchase's report can be."""
    buttons = [tap(_label(kind, language), ASK + kind, purchase.id) for kind in ReportFormat]
    return Message(say(language, "report-which", purchase=purchase.title), _in_pairs(buttons))


def choice_view(purchases: Sequence[Purchase], language: str) -> Message:
    """Return the purchases that a person may want a report of, and their own statement."""
    rows: Rows = tuple(
        (tap(say_plain(language, f"purchase-{purchase.status}", title=purchase.title), "ask_report", purchase.id),)
        for purchase in purchases
    )
    mine = tap(say_plain(language, "button-my-statement"), "ask_statement", style="primary")
    return Message(say(language, "report-whose"), (*rows, (mine,)))


def statement_view(now: datetime, time_zone: str, language: str) -> Message:
    """Return the kinds of files and the times that a statement can be of."""
    local = now.astimezone(ZoneInfo(time_zone))
    times = {"year": str(local.year), "month": format_datetime(local, "LLLL", locale=language)}

    def button(kind: ReportFormat, number: int, period: str) -> Button:
        text = say_plain(language, "button-statement-of", format=_label(kind, language), period=period, **times)
        return tap(text, STATE + kind, version=number)

    rows = tuple(tuple(button(kind, *period) for kind in STATEMENT_BUTTONS) for period in PERIODS)
    others = [kind for kind in STATEMENT_FORMATS if kind not in STATEMENT_BUTTONS]
    last = tuple(tap(_label(kind, language), STATE + kind, version=ALL) for kind in others)
    return Message(say(language, "report-statement-which"), (*rows, last))


def beginning(period: int, now: datetime, time_zone: str) -> datetime | None:
    """Return when the period that a button names began where the person is; None for all time."""
    midnight = now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if period == MONTH:
        return midnight.replace(day=1)
    return midnight.replace(month=1, day=1) if period == YEAR else None


def _label(kind: ReportFormat, language: str) -> str:
    return say_plain(language, f"button-format-{kind}")


def _in_pairs(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
