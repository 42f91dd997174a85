"""Collect what a report says from one state of the database."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.reports.document import Document
from core.reports.models import Report
from core.reports.person_statement import person_statement
from core.reports.purchase_report import purchase_report


async def build_report(session: AsyncSession, *, report: Report, now: datetime) -> Document:
    """Return what a report says as it stands now; `session` reads one state of the database (`Database.snapshot`)."""
    if report.purchase_id is not None:
        return await purchase_report(
            session, purchase_id=report.purchase_id, reader_id=report.user_id, language=report.language, now=now
        )
    assert report.user_id is not None
    return await person_statement(
        session, user_id=report.user_id, since=report.since, language=report.language, now=now
    )
