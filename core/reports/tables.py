"""The tables of reports: what each line of a document says in words (pure).

Where several purchases stand in one table, `is_statement` puts the title of its purchase into each line.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from core.ids import UserId
from core.money import Money, currency_symbol, format_amount
from core.reports.document import Expense, PurchaseReport
from core.reports.paper import Cell, Column, Kind, Table
from core.texts import say_plain

NAME, TITLE, STATE, SHARED = 22, 30, 16, 44
Rows = Iterable[Sequence[Cell]]


def people_table(report: PurchaseReport, language: str) -> Table:
    """Return what each person paid, bears, sent, got, and is still to get or to give."""
    columns = [
        _column("person", language, width=NAME),
        _money("paid", language),
        _money("share", language),
        _money("net", language),
        _money("sent", language, is_optional=True),
        _money("received", language, is_optional=True),
        _money("forgiven", language, is_optional=True),
        _money("balance", language),
    ]
    rows = [
        (
            report.names[person.id],
            *(person.paid_minor, person.share_minor, person.net_minor),
            *(person.sent_minor, person.received_minor, person.forgiven_minor, person.balance_minor),
        )
        for person in report.people
    ]
    return _table("people", report.currency, language, columns, rows, note=say_plain(language, "report-signs"))


def purchases_table(reports: Sequence[PurchaseReport], language: str) -> Table:
    """Return the sums of the one person of each report, a line for each purchase."""
    columns = [
        _column("day", language, kind=Kind.DAY, width=12),
        _column("purchase", language, width=TITLE),
        _column("state", language, width=STATE),
        _money("my-paid", language),
        _money("my-share", language),
        _money("net", language),
        _money("balance", language),
    ]
    rows = [
        (
            report.created_at,
            report.title,
            say_plain(language, f"report-purchase-{report.status}"),
            *(person.paid_minor, person.share_minor, person.net_minor, person.balance_minor),
        )
        for report in reports
        for person in report.people
    ]
    return _table("purchases", reports[0].currency, language, columns, rows, note=say_plain(language, "report-signs"))


def expenses_table(report: PurchaseReport, language: str) -> Table:
    """Return the expenses with their payers and shares in words."""
    columns = [
        _column("number", language, kind=Kind.COUNT, width=5),
        _column("day", language, kind=Kind.DAY, width=12),
        _column("what", language, width=TITLE),
        _money("cost", language),
        _column("payers", language, width=NAME),
        _column("shared", language, width=SHARED),
    ]
    rows = [
        (
            *(expense.number, expense.done_at, expense.title, expense.cost_minor),
            _payers(expense, report, language),
            shared_in_words(expense, report, language),
        )
        for expense in report.expenses
    ]
    return _table("expenses", report.currency, language, columns, rows)


def own_expenses_table(reports: Sequence[PurchaseReport], language: str) -> Table:
    """Return the expenses of several purchases with what the one person of the reports paid and bears."""
    columns = [
        _column("day", language, kind=Kind.DAY, width=12),
        _column("purchase", language, width=TITLE),
        _column("what", language, width=TITLE),
        _money("cost", language),
        _money("my-paid", language),
        _money("my-share", language),
    ]
    rows = [
        (
            *(expense.done_at, report.title, expense.title, expense.cost_minor),
            *(expense.paid_by(person.id), expense.share_of(person.id)),
        )
        for report in reports
        for person in report.people
        for expense in report.expenses
    ]
    return _table("expenses", reports[0].currency, language, columns, rows)


def shares_table(report: PurchaseReport, language: str) -> Table:
    """Return a line for each expense and person: for filters and pivots, and too long for paper."""
    columns = [
        _column("number", language, kind=Kind.COUNT, width=5),
        _column("what", language, width=TITLE),
        _column("person", language, width=NAME),
        _money("paid", language),
        _money("share", language),
        _money("extra", language),
    ]
    rows = []
    for expense in report.expenses:
        shares = {share.user_id: share for share in expense.shares}
        for person in report.people:
            share, paid_minor = shares.get(person.id), expense.paid_by(person.id)
            if share is not None or paid_minor:
                parts = (share.share_minor, share.extra_minor) if share else (0, 0)
                rows.append((expense.number, expense.title, report.names[person.id], paid_minor, *parts))
    return _table("shares", report.currency, language, columns, rows, is_printed=False)


def debts_table(reports: Sequence[PurchaseReport], language: str, *, is_statement: bool) -> Table:
    """Return who owes whom, and what became of it."""
    adds_up = not is_statement  # what a person owes and what they are owed would be one sum
    columns = [
        *_purchase_column(language, is_statement=is_statement),
        _column("debtor", language, width=NAME),
        _column("creditor", language, width=NAME),
        _money("amount", language, has_total=adds_up),
        _money("settled", language, is_optional=True, has_total=adds_up),
        _money("written-off", language, is_optional=True, has_total=adds_up),
        _money("refunded", language, is_optional=True, has_total=adds_up),
        _money("left", language, has_total=adds_up),
        _column("state", language, width=STATE),
        _column("due", language, kind=Kind.DAY, width=12, is_optional=True),
    ]
    rows: list[Sequence[Cell]] = [
        (
            *((report.title,) if is_statement else ()),
            *(report.names[debt.payer_id], report.names[debt.payee_id], debt.amount_minor),
            *(debt.paid_minor, debt.written_off_minor, debt.refunded_minor, debt.left_minor),
            say_plain(language, f"report-debt-{debt.status}"),
            debt.due_at,
        )
        for report in reports
        for debt in report.debts
    ]
    return _table("debts", reports[0].currency, language, columns, rows)


def payments_table(reports: Sequence[PurchaseReport], language: str, *, is_statement: bool) -> Table:
    """Return the payments of debts: rail, state and when."""
    rows: list[Sequence[Cell]] = [
        (
            *((report.title,) if is_statement else ()),
            *(payment.at, report.names[payment.payer_id], report.names[payment.payee_id], payment.amount_minor),
            say_plain(language, f"report-rail-{payment.rail}"),
            say_plain(language, f"report-payment-{payment.status}".replace("_", "-")),
        )
        for report in reports
        for payment in report.payments
    ]
    columns = _transfer_columns(language, is_statement=is_statement)
    return _table("payments", reports[0].currency, language, columns, rows)


def refunds_table(reports: Sequence[PurchaseReport], language: str, *, is_statement: bool) -> Table:
    """Return the money that went back: from the payee to the payer."""
    rows: list[Sequence[Cell]] = [
        (
            *((report.title,) if is_statement else ()),
            *(refund.at, report.names[refund.payee_id], report.names[refund.payer_id], refund.amount_minor),
            say_plain(language, f"report-rail-{refund.rail}"),
            say_plain(language, f"report-refund-{refund.status}"),
        )
        for report in reports
        for refund in report.refunds
    ]
    columns = _transfer_columns(language, is_statement=is_statement)
    return _table("refunds", reports[0].currency, language, columns, rows)


def shared_in_words(expense: Expense, report: PurchaseReport, language: str) -> str:
    """Return who bears how much, equal shares together, and who holds a unit that could not be divided."""
    by_share: dict[int, list[UserId]] = {}
    for share in expense.shares:
        if share.share_minor:
            by_share.setdefault(share.share_minor - share.extra_minor, []).append(share.user_id)
    everybody = {person.id for person in report.people}
    parts = []
    for minor, user_ids in sorted(by_share.items(), reverse=True):
        amount = _amount(minor, report, language)
        if len(user_ids) == 1:
            parts.append(f"{_names(user_ids, report)} {amount}")
            continue
        is_all = set(user_ids) == everybody
        who = say_plain(language, "report-everybody", count=len(user_ids)) if is_all else _names(user_ids, report)
        parts.append(say_plain(language, "report-each", amount=amount, people=who))
    lucky = [share.user_id for share in expense.shares if share.extra_minor]
    if lucky:
        one = _amount(1, report, language)
        parts.append(say_plain(language, "report-extra-for", amount=one, people=_names(lucky, report)))
    return "; ".join(parts)


def _payers(expense: Expense, report: PurchaseReport, language: str) -> str:
    if len(expense.payers) == 1:
        return report.names[expense.payers[0].user_id]
    return "; ".join(
        f"{report.names[payer.user_id]} {_amount(payer.paid_minor, report, language)}"
        for payer in expense.payers
        if payer.paid_minor
    )


def _transfer_columns(language: str, *, is_statement: bool) -> list[Column]:
    return [
        *_purchase_column(language, is_statement=is_statement),
        _column("moment", language, kind=Kind.MOMENT, width=17),
        _column("from", language, width=NAME),
        _column("to", language, width=NAME),
        _money("amount", language, has_total=not is_statement),
        _column("rail", language, width=STATE),
        _column("state", language, width=STATE),
    ]


def _purchase_column(language: str, *, is_statement: bool) -> list[Column]:
    return [_column("purchase", language, width=TITLE)] if is_statement else []


def _table(key: str, currency: str, language: str, columns: list[Column], rows: Rows, **more: Any) -> Table:
    name = say_plain(language, f"report-table-{key}")
    title = say_plain(language, "report-table-in", table=name, symbol=currency_symbol(currency, language))
    return Table(name, title, currency, columns, list(rows), **more)


def _column(key: str, language: str, **shape: Any) -> Column:
    return Column(say_plain(language, f"report-column-{key}"), **shape)


def _money(key: str, language: str, *, is_optional: bool = False, has_total: bool = True) -> Column:
    label = say_plain(language, f"report-column-{key}")
    return Column(label, Kind.MONEY, width=14, has_total=has_total, is_optional=is_optional)


def _names(user_ids: Iterable[UserId], report: PurchaseReport) -> str:
    return ", ".join(report.names[user_id] for user_id in user_ids)


def _amount(minor: int, report: PurchaseReport, language: str) -> str:
    return format_amount(Money(minor, report.currency), language)
