"""Lay a document out for people: what stands where, in one language (pure)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.money import Money, format_money
from core.purchases.models import PurchaseStatus
from core.reports.arrows import arrows_of
from core.reports.document import Document, Person, PurchaseReport, Statement
from core.reports.paper import Paper, Picture, Table
from core.reports.tables import (
    debts_table,
    expenses_table,
    own_expenses_table,
    payments_table,
    people_table,
    purchases_table,
    refunds_table,
    shares_table,
)
from core.texts import say_plain


def lay_out(document: Document, language: str) -> Paper:
    """Return the document as it will be read; what it has nothing of, such as refunds, is left out."""
    return _purchase(document, language) if isinstance(document, PurchaseReport) else _statement(document, language)


def written_day(moment: datetime, time_zone: str, language: str) -> str:
    """Return a day as the language writes it in a table."""
    return _written(moment, time_zone, language, "report-day")


def written_moment(moment: datetime, time_zone: str, language: str) -> str:
    """Return a day and a time as the language writes them in a table."""
    return _written(moment, time_zone, language, "report-moment")


def picture_of(report: PurchaseReport, language: str) -> Picture:
    """Return the picture of who owes whom."""
    arrows, more = arrows_of(report)
    left_out = ""
    if more:
        rest = format_money(Money(sum(arrow.amount_minor for arrow in more), report.currency), language)
        left_out = say_plain(language, "report-more-arrows", count=len(more), amount=rest)
    return Picture(
        title=report.title,
        subtitle=say_plain(language, f"report-picture-{report.status}"),
        currency=report.currency,
        arrows=arrows,
        left_out=left_out,
        empty=say_plain(language, "report-nobody-owes"),
    )


def _purchase(report: PurchaseReport, language: str) -> Paper:
    tables: list[Table] = []
    if report.people:
        tables.append(people_table(report, language))
    if report.debts:
        tables.append(debts_table([report], language, is_statement=False))
    if report.expenses:
        tables += [expenses_table(report, language), shares_table(report, language)]
    if report.payments:
        tables.append(payments_table([report], language, is_statement=False))
    if report.refunds:
        tables.append(refunds_table([report], language, is_statement=False))
    days = [written_day(report.created_at, report.time_zone, language)]
    if report.closed_at is not None:
        days.append(written_day(report.closed_at, report.time_zone, language))
    return Paper(
        language=language,
        time_zone=report.time_zone,
        title=report.title,
        subtitle=say_plain(
            language,
            "report-subtitle",
            state=say_plain(language, f"report-purchase-{report.status}"),
            days=" – ".join(dict.fromkeys(days)),
            organizer=report.names[report.organizer_id],
        ),
        footer=footer_of(report, language),
        facts=_facts(report, language),
        picture=picture_of(report, language) if report.debts else None,
        tables=tables,
    )


def _facts(report: PurchaseReport, language: str) -> list[tuple[str, str]]:
    def money(minor: int) -> str:
        return format_money(Money(minor, report.currency), language)

    facts = [
        (say_plain(language, "report-fact-spent"), money(report.spent_minor)),
        (say_plain(language, "report-fact-people"), str(len(report.people))),
        (say_plain(language, "report-fact-expenses"), str(len(report.expenses))),
    ]
    is_over = report.status != PurchaseStatus.ACTIVE and report.left_minor == 0
    left = say_plain(language, "report-all-settled") if is_over else money(report.left_minor)
    key = "report-fact-expected" if report.status == PurchaseStatus.ACTIVE else "report-fact-left"
    return [*facts, (say_plain(language, key), left)]


def _statement(statement: Statement, language: str) -> Paper:
    facts: list[tuple[str, str]] = []
    tables: list[Table] = []
    for currency in statement.currencies:
        reports = [report for report in statement.purchases if report.currency == currency]
        people = [person for report in reports for person in report.people]
        facts += _own_facts(people, currency, language)
        own = _own_tables(reports, language)
        if len(statement.currencies) > 1:  # the tabs of a spreadsheet must differ
            own = [replace(table, name=f"{table.name} {currency}") for table in own]
        tables += own
    if statement.since is None:
        subtitle = say_plain(language, "report-statement-all")
    else:
        day = written_day(statement.since, statement.time_zone, language)
        subtitle = say_plain(language, "report-statement-since", day=day)
    return Paper(
        language=language,
        time_zone=statement.time_zone,
        title=say_plain(language, "report-statement-title", name=statement.name),
        subtitle=subtitle,
        footer=footer_of(statement, language),
        facts=facts,
        picture=None,
        tables=tables,
    )


def _own_facts(people: Sequence[Person], currency: str, language: str) -> list[tuple[str, str]]:
    balance_minor = sum(person.balance_minor for person in people)
    sums = {
        "report-fact-my-paid": sum(person.paid_minor for person in people),
        "report-fact-my-share": sum(person.share_minor for person in people),
        "report-fact-i-owe" if balance_minor < 0 else "report-fact-i-am-owed": abs(balance_minor),
    }
    return [(say_plain(language, key), format_money(Money(minor, currency), language)) for key, minor in sums.items()]


def _own_tables(reports: Sequence[PurchaseReport], language: str) -> list[Table]:
    tables = [purchases_table(reports, language)]
    if any(report.debts for report in reports):
        tables.append(debts_table(reports, language, is_statement=True))
    if any(report.expenses for report in reports):
        tables.append(own_expenses_table(reports, language))
    if any(report.payments for report in reports):
        tables.append(payments_table(reports, language, is_statement=True))
    if any(report.refunds for report in reports):
        tables.append(refunds_table(reports, language, is_statement=True))
    return tables


def footer_of(document: Document, language: str) -> str:
    """Return when the document was made."""
    moment = written_moment(document.generated_at, document.time_zone, language)
    return say_plain(language, "report-footer", moment=moment, zone=document.time_zone)


def _written(moment: datetime, time_zone: str, language: str, key: str) -> str:
    local = moment.astimezone(ZoneInfo(time_zone))
    written: str = format_datetime(local, say_plain(language, key), locale=language)
    return written
