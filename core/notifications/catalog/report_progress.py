"""To whoever a report is for, in one message that is edited: it is being made, and then it is the file."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import ReportId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Document, Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.models import Purchase
from core.reports.events import ReportMoved
from core.reports.models import Report, ReportFormat, ReportStatus
from core.reports.queries import report_with_file
from core.reports.rules import ReportNotFound
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return whoever it is for; of what SyncBuy posts of its own accord only the file is told.

    A report goes with anybody in it who is forgotten, even while it is being made.
    """
    assert isinstance(event, ReportMoved)
    report = await session.get(Report, event.report_id)
    if report is None or (report.requested_by is None and report.status != ReportStatus.READY):
        return []
    params = {"report_id": str(report.id), "start": "purchases"}
    if report.purchase_id is not None:
        params["purchase_id"] = str(report.purchase_id)
    return [Recipient(user_id=report.user_id, chat_id=report.chat_id, subject_id=report.id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return how far the report is, or the report itself; None if it is gone."""
    try:
        report = await report_with_file(session, ReportId(UUID(params["report_id"])))
    except ReportNotFound:
        return None
    language = reader.language
    about = say_plain(language, "report-about-person")
    if report.purchase_id is not None:
        purchase = await session.get_one(Purchase, report.purchase_id)
        about = say_plain(language, "report-about-purchase", purchase=purchase.title)
    what = {"about": about, "format": report.format.upper()}
    match report.status:
        case ReportStatus.READY:
            return _file(report, about, language)
        case ReportStatus.FAILED:
            ids = () if report.purchase_id is None else (report.purchase_id,)
            again = tap(say_plain(language, "button-report-again"), f"report_{report.format}", *ids)
            return Message(say(language, "report-failed", **what), ((again,),) if ids else ())
    return Message(say(language, "report-making-again" if report.error else "report-making", **what))


def _file(report: Report, about: str, language: str) -> Message:
    if report.content is None or report.file_name is None:
        return Message(say(language, "report-gone", about=about))
    if report.format == ReportFormat.PNG:
        return Message(say(language, "report-picture-ready", about=about), photo=report.content)
    key = "report-closed" if report.requested_by is None else "report-ready"
    return Message(say(language, key, about=about), document=Document(report.file_name, report.content))


ENTRY = Entry("report-progress", (ReportMoved,), recipients, render)
