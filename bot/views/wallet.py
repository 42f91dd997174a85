"""What a person has in their wallets, and its movements."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.ledger.movements import Line
from core.money import Money, format_money
from core.notifications.message import Button, Message, tap
from core.texts import Html, say, say_plain

PAGE = 15
STATEMENT = "statement_"  # the currency follows


def wallet_view(
    wallets: Sequence[tuple[Money, Sequence[Line]]], language: str, time_zone: str, *, can_top_up: bool
) -> Message:
    """Return what is in each wallet and its newest movements, with what can be done about it."""
    top_up = (tap(say_plain(language, "button-top-up"), "top_up", style="success"),) if can_top_up else ()
    if not wallets:
        return Message(say(language, "wallet-empty"), (top_up,) if top_up else ())
    balances = " + ".join(format_money(money, language) for money, _ in wallets)
    parts: list[str] = [say(language, "wallet-head", balances=balances)]
    parts += ["\n".join(_line(line, money.currency, language, time_zone) for line in lines) for money, lines in wallets]
    withdraw = (
        (tap(say_plain(language, "button-withdraw-money"), "withdraw"),)
        if any(money.minor for money, _ in wallets)
        else ()
    )
    statements: list[tuple[Button, ...]] = [
        (tap(say_plain(language, "button-statement", currency=money.currency), f"{STATEMENT}{money.currency}"),)
        for money, lines in wallets
        if lines
    ]
    rows = (*((top_up + withdraw,) if top_up + withdraw else ()), *statements)
    return Message("\n\n".join(part for part in parts if part), rows)


def statement_view(lines: Sequence[Line], currency: str, language: str, time_zone: str) -> Message:
    """Return a page of one wallet's movements, the newest first; `lines` may hold one more than fits."""
    head = say(language, "statement-head", currency=currency)
    if not lines:
        return Message("\n".join([head, say(language, "statement-empty")]))
    shown = lines[:PAGE]
    text = "\n".join([head, *(_line(line, currency, language, time_zone) for line in shown)])
    rows: list[tuple[Button, ...]] = []
    if len(lines) > PAGE:
        older = tap(say_plain(language, "button-older"), f"{STATEMENT}{currency}", version=shown[-1].version)
        rows.append((older,))
    rows.append((tap(say_plain(language, "button-wallet"), "wallet"),))
    return Message(text, tuple(rows))


def _line(line: Line, currency: str, language: str, time_zone: str) -> Html:
    sign = "+" if line.change_minor > 0 else "−"
    change = sign + format_money(Money(abs(line.change_minor), currency), language)
    return say(
        language,
        "wallet-line",
        at=_moment(line.at, language, time_zone),
        what=say_plain(language, f"wallet-what-{line.kind}"),
        change=change,
        balance=format_money(Money(line.balance_minor, currency), language),
    )


def _moment(at: datetime, language: str, time_zone: str) -> str:
    return format_datetime(at.astimezone(ZoneInfo(time_zone)), "d MMM HH:mm", locale=language)
