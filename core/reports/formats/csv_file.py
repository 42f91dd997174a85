"""A report as one table of facts: RFC 4180 with a byte order mark, which Excel needs to see UTF-8.

Sections with columns of their own would be no table: this one has a line for each fact, so that a filter or a pivot
over `Line` and `From` answers most questions, and programs read it with one header.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from core.money import Money, to_decimal_string
from core.reports.document import Document, PurchaseReport
from core.reports.formats.formula_safe import formula_safe
from core.reports.lay_out import written_moment
from core.texts import say_plain

COLUMNS = ("fact", "purchase", "number", "moment", "what", "from", "to", "amount", "currency", "rail", "state", "note")
Fact = dict[str, str]


def make(document: Document, language: str) -> bytes:
    """Return a line for each fact; numbers are numbers with a dot, and no text is a formula."""
    reports = [document] if isinstance(document, PurchaseReport) else document.purchases
    written = io.StringIO()
    writer = csv.writer(written)  # its default dialect is RFC 4180: commas, CR LF, doubled quotes
    writer.writerow([_label(column, language) for column in COLUMNS])
    for report in reports:
        for fact in _facts(report, language):
            writer.writerow([fact.get(column, "") for column in COLUMNS])
    return written.getvalue().encode("utf-8-sig")


def _facts(report: PurchaseReport, language: str) -> Iterator[Fact]:
    fact = partial(_fact, report, language)
    if len(report.people) > 1:  # a statement knows nothing of what others spent
        yield fact("total", report.spent_minor, at=report.created_at)
    for expense in report.expenses:
        of_expense = partial(fact, at=expense.done_at, number=str(expense.number), what=expense.title)
        for payer in expense.payers:
            yield of_expense("paid", payer.paid_minor, payer=report.names[payer.user_id])
        for share in expense.shares:
            extra = _decimal(share.extra_minor, report) if share.extra_minor else ""
            note = f"{_label('extra', language)} {extra}" if extra else ""
            yield of_expense("share", share.share_minor, payer=report.names[share.user_id], note=note)
    for debt in report.debts:
        between = partial(fact, payer=report.names[debt.payer_id], payee=report.names[debt.payee_id])
        state = say_plain(language, f"report-debt-{debt.status}")
        yield between("debt", debt.amount_minor, at=debt.created_at, state=state)
        if debt.written_off_minor:
            yield between("written-off", debt.written_off_minor, at=None)
    yield from _transfers(report, language)
    for person in report.people:
        yield fact("balance", person.balance_minor, at=report.generated_at, payer=report.names[person.id])


def _transfers(report: PurchaseReport, language: str) -> Iterator[Fact]:
    names = report.names
    for payment in report.payments:
        yield _fact(
            report,
            language,
            "payment",
            payment.amount_minor,
            at=payment.at,
            payer=names[payment.payer_id],
            payee=names[payment.payee_id],
            rail=say_plain(language, f"report-rail-{payment.rail}"),
            state=say_plain(language, f"report-payment-{payment.status}".replace("_", "-")),
        )
    for refund in report.refunds:
        yield _fact(
            report,
            language,
            "refund",
            refund.amount_minor,
            at=refund.at,
            payer=names[refund.payee_id],
            payee=names[refund.payer_id],
            rail=say_plain(language, f"report-rail-{refund.rail}"),
            state=say_plain(language, f"report-refund-{refund.status}"),
        )


def _fact(  # a line of the file, whatever it says
    report: PurchaseReport,
    language: str,
    kind: str,
    minor: int,
    *,
    at: datetime | None,
    number: str = "",
    what: str = "",
    payer: str = "",
    payee: str = "",
    rail: str = "",
    state: str = "",
    note: str = "",
) -> Fact:
    return {
        "fact": say_plain(language, f"report-fact-{kind}"),
        "purchase": formula_safe(report.title),
        "number": number,
        "moment": "" if at is None else written_moment(at, report.time_zone, language),
        "what": formula_safe(what),
        "from": formula_safe(payer),
        "to": formula_safe(payee),
        "amount": _decimal(minor, report),
        "currency": report.currency,
        "rail": rail,
        "state": state,
        "note": note,
    }


def _decimal(minor: int, report: PurchaseReport) -> str:
    return to_decimal_string(Money(minor, report.currency))


def _label(column: str, language: str) -> str:
    return say_plain(language, "report-fact" if column == "fact" else f"report-column-{column}")
