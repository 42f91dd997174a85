"""A report for programs: JSON in a stable order, amounts in minor units."""

import dataclasses
import json
from datetime import datetime
from typing import Any

from core.reports.document import Document, PurchaseReport, Statement

VERSION = 1  # raised when a field changes its meaning or goes; new fields do not raise it


def make(document: Document, language: str) -> bytes:
    """Return the document; the same state gives the same bytes but for `generated_at`, in every language."""
    del language  # programs read the same words everywhere
    content = _purchase(document) if isinstance(document, PurchaseReport) else _statement(document)
    head = {"format": "syncbuy.report", "version": VERSION, "generated_at": document.generated_at.isoformat()}
    text = json.dumps({**head, **content}, ensure_ascii=False, indent=2, default=_plain)
    return f"{text}\n".encode()


def _purchase(report: PurchaseReport) -> dict[str, Any]:
    return {"kind": "purchase", "purchase": _content(report)}


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "kind": "statement",
        "person": {"id": statement.person_id, "name": statement.name},
        "since": statement.since,
        "purchases": [_content(report) for report in statement.purchases],
    }


def _content(report: PurchaseReport) -> dict[str, Any]:
    names = {str(user_id): name for user_id, name in sorted(report.names.items())}
    lines = {
        "people": [{**dataclasses.asdict(person), "net_minor": person.net_minor} for person in report.people],
        "expenses": [dataclasses.asdict(expense) for expense in report.expenses],
        "debts": [{**dataclasses.asdict(debt), "left_minor": debt.left_minor} for debt in report.debts],
        "payments": [dataclasses.asdict(payment) for payment in report.payments],
        "refunds": [dataclasses.asdict(refund) for refund in report.refunds],
    }
    return {
        "id": report.purchase_id,
        "title": report.title,
        "currency": report.currency,
        "status": report.status,
        "strategy": report.strategy,
        "organizer_id": report.organizer_id,
        "created_at": report.created_at,
        "due_at": report.due_at,
        "locked_at": report.locked_at,
        "closed_at": report.closed_at,
        "spent_minor": report.spent_minor,
        "left_minor": report.left_minor,
        "names": names,
        **lines,
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
