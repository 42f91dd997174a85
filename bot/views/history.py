"""What happened to a purchase, with who and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.ids import UserId
from core.money import Money, format_money
from core.notifications.message import Message, tap
from core.purchases.models import HistoryRow, Purchase
from core.texts import Html, say, say_plain

PAGE = 15


def history_view(
    purchase: Purchase,
    rows: Sequence[tuple[HistoryRow, str]],
    people: Mapping[UserId, str],
    page: int,
    language: str,
    time_zone: str,
) -> Message:
    """Return a page of a purchase's history, the newest first; `rows` may hold one more than fits, to know of it."""
    lines = [say(language, "history-head", title=purchase.title)]
    lines += [_line(row, actor, people, purchase, language, time_zone) for row, actor in rows[:PAGE]]
    turn = []
    if page > 0:
        turn.append(tap(say_plain(language, "button-newer"), "show_history", purchase.id, version=page - 1))
    if len(rows) > PAGE:
        turn.append(tap(say_plain(language, "button-older"), "show_history", purchase.id, version=page + 1))
    return Message("\n".join(lines), (tuple(turn),) if turn else ())


def _line(
    row: HistoryRow, actor: str, people: Mapping[UserId, str], purchase: Purchase, language: str, time_zone: str
) -> Html:
    params: dict[str, Any] = {"title": "", "amount": "", "name": "", "payer": "", "payee": "", "strategy": ""}
    params |= {name: value for name, value in row.payload.items() if isinstance(value, str | int)}
    minor = row.payload.get("amount_minor", row.payload.get("cost_minor"))
    if minor is not None:
        params["amount"] = format_money(Money(minor, purchase.currency), language)
    for field, param in (("user_id", "name"), ("invitee_id", "name"), ("payer_id", "payer"), ("payee_id", "payee")):
        if row.payload.get(field):
            params[param] = people.get(UserId(UUID(row.payload[field])), "?")
    key = "history-" + row.event_name.replace(".", "-").replace("_", "-")
    return say(language, key, **params, actor=actor, at=_moment(row.at, language, time_zone))


def _moment(at: datetime, language: str, time_zone: str) -> str:
    return format_datetime(at.astimezone(ZoneInfo(time_zone)), "d MMM HH:mm", locale=language)
