"""What happened to a purchase, with who and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.ids import UserId
from core.notifications.message import Message, tap
from core.purchases.models import HistoryRow, Purchase
from core.purchases.written_history import written_history
from core.texts import say, say_plain

PAGE = 15


def history_view(
    purchase: Purchase,
    rows: Sequence[HistoryRow],
    people: Mapping[UserId, str],
    page: int,
    language: str,
    time_zone: str,
) -> Message:
    """Return a page of a purchase's history, the newest first; `rows` may hold one more than fits, to know of it."""
    lines: list[str] = [say(language, "history-head", title=purchase.title)]
    for row in rows[:PAGE]:
        line = written_history(row, people, purchase.currency, language, say=say)
        lines.append(f"{_moment(row.at, language, time_zone)} · {line}")
    turn = []
    if page > 0:
        turn.append(tap(say_plain(language, "button-newer"), "show_history", purchase.id, version=page - 1))
    if len(rows) > PAGE:
        turn.append(tap(say_plain(language, "button-older"), "show_history", purchase.id, version=page + 1))
    return Message("\n".join(lines), (tuple(turn),) if turn else ())


def _moment(at: datetime, language: str, time_zone: str) -> str:
    return format_datetime(at.astimezone(ZoneInfo(time_zone)), "d MMM HH:mm", locale=language)
