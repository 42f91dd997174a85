"""The life of a report: claimed by a worker, then ready, tried again, or failed; each step recorded."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.ids import ReportId
from core.outbox.emit import emit
from core.reports.document import Document, PurchaseReport
from core.reports.events import ReportMoved
from core.reports.models import SAME, UNFINISHED, Report, ReportFormat, ReportStatus
from core.reports.rules import ReportNotFound, file_name

LEASE = timedelta(minutes=2)  # hundreds of tasks take a second; a worker that died is stood in for after that
ATTEMPTS_MAX = 4
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 120))
KEEP_FILES = timedelta(days=7)  # a file is sent in seconds, and can be made anew
KEEP_ROWS = timedelta(days=90)
ERROR_LENGTH_MAX = 500
DIED = "whoever made it died in the middle, again and again"


class MadeAnewAlready(Conflict):
    """The same report is being made, because somebody asked again."""


@dataclass(frozen=True, slots=True)
class Job:
    """A report that this worker is to make; `attempt` says whose answer counts, if two should be at it."""

    report: Report
    attempt: int


async def claim_report(session: AsyncSession, *, now: datetime) -> Job | None:
    """Return the next report that is to be made, and keep others from it for a while.

    One that was begun as often as it may be, and whose makers all died, has failed.
    """
    due = Report.status.in_(UNFINISHED) & (Report.not_before <= now)
    found = select(Report).where(due).order_by(Report.not_before, Report.id).limit(1)
    report = await session.scalar(found.with_for_update(skip_locked=True))
    if report is None:
        return None
    if report.attempts >= ATTEMPTS_MAX:
        _fail(session, report, DIED, now=now)
        await session.flush()
        return await claim_report(session, now=now)
    report.status, report.not_before = ReportStatus.RUNNING, now + LEASE
    report.attempts += 1
    emit(session, ReportMoved(report_id=report.id, status=ReportStatus.RUNNING))
    return Job(report, report.attempts)


async def record_ready(session: AsyncSession, job: Job, document: Document, content: bytes, *, now: datetime) -> None:
    """Keep the file and tell that it is there; that of a worker that was stood in for meanwhile is not wanted."""
    report = await _held(session, job)
    if report is None:
        return
    title = document.title if isinstance(document, PurchaseReport) else document.name
    report.file_name = file_name(title, ReportFormat(report.format))
    report.content, report.digest = content, hashlib.sha256(content).hexdigest()
    report.status, report.error, report.finished_at = ReportStatus.READY, None, now
    emit(session, ReportMoved(report_id=report.id, status=ReportStatus.READY))


async def record_failure(session: AsyncSession, job: Job, error: str, *, now: datetime) -> None:
    """Let the report be tried again later; after the last attempt it has failed, which operators see."""
    report = await _held(session, job)
    if report is None:
        return
    if job.attempt >= ATTEMPTS_MAX:
        _fail(session, report, error, now=now)
        return
    report.status, report.error = ReportStatus.QUEUED, error[:ERROR_LENGTH_MAX]
    report.not_before = now + AGAIN_AFTER[job.attempt - 1]
    emit(session, ReportMoved(report_id=report.id, status=ReportStatus.QUEUED))


async def retry_report(session: AsyncSession, *, report_id: ReportId, now: datetime) -> Report:
    """Let a failed report be tried again from the beginning; any other stays as it is.

    :raises ReportNotFound: if there is none.
    :raises MadeAnewAlready: if somebody has asked for the same again meanwhile.
    """
    report = await session.scalar(select(Report).where(Report.id == report_id).with_for_update())
    if report is None:
        raise ReportNotFound
    if report.status != ReportStatus.FAILED:
        return report
    same = [getattr(Report, name).is_not_distinct_from(getattr(report, name)) for name in SAME]
    if await session.scalar(select(Report.id).where(Report.status.in_(UNFINISHED), *same)) is not None:
        raise MadeAnewAlready
    report.status, report.attempts, report.not_before = ReportStatus.QUEUED, 0, now
    report.error, report.finished_at = None, None
    emit(session, ReportMoved(report_id=report.id, status=ReportStatus.QUEUED))
    return report


async def forget_files(session: AsyncSession, *, now: datetime) -> None:
    """Throw away files that were kept long enough, and after some months the rows."""
    old = Report.content.is_not(None) & (Report.finished_at < now - KEEP_FILES)
    await session.execute(update(Report).where(old).values(content=None))
    await session.execute(delete(Report).where(Report.finished_at < now - KEEP_ROWS))


async def _held(session: AsyncSession, job: Job) -> Report | None:
    mine = (Report.id == job.report.id) & (Report.status == ReportStatus.RUNNING) & (Report.attempts == job.attempt)
    return await session.scalar(select(Report).where(mine).with_for_update())


def _fail(session: AsyncSession, report: Report, error: str, *, now: datetime) -> None:
    report.status, report.error, report.finished_at = ReportStatus.FAILED, error[:ERROR_LENGTH_MAX], now
    emit(session, ReportMoved(report_id=report.id, status=ReportStatus.FAILED))
