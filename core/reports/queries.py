"""Read reports, for whoever asked for them, for operators and for whoever tells of them."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from core.identity.actor import Actor
from core.ids import PurchaseId, ReportId
from core.reports.models import UNFINISHED, Report, ReportFormat, ReportStatus
from core.reports.rules import ReportNotFound

STUCK_AFTER = timedelta(minutes=10)  # a report takes seconds


async def find_reports(
    session: AsyncSession, *, status: str | None = None, stuck_at: datetime | None = None, limit: int
) -> list[Report]:
    """Return reports without their files, the newest first.

    With `stuck_at` only those that failed, and those that at this moment should be over long ago.
    """
    found = select(Report)
    if status is not None:
        found = found.where(Report.status == status)
    if stuck_at is not None:
        is_late = Report.status.in_(UNFINISHED) & (Report.created_at < stuck_at - STUCK_AFTER)
        found = found.where((Report.status == ReportStatus.FAILED) | is_late)
    return list(await session.scalars(found.order_by(Report.id.desc()).limit(limit)))


async def own_report(session: AsyncSession, *, actor: Actor, report_id: ReportId) -> Report:
    """Return a report that the actor asked for, with its file (None once it is forgotten, or not made yet).

    :raises ReportNotFound: if there is none.
    """
    report = await session.scalar(
        select(Report)
        .where(Report.id == report_id, Report.requested_by == actor.user_id)
        .options(undefer(Report.content))
    )
    if report is None:
        raise ReportNotFound
    return report


async def newest_report(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId | None, kind: ReportFormat | None
) -> Report:
    """Return the report about a purchase, or the statement (None), that the actor asked for last; without its file.

    It is perhaps of one format.

    :raises ReportNotFound: if they asked for none.
    """
    wanted = select(Report).where(Report.purchase_id == purchase_id, Report.requested_by == actor.user_id)
    if kind is not None:
        wanted = wanted.where(Report.format == kind)
    report = await session.scalar(wanted.order_by(Report.id.desc()).limit(1))
    if report is None:
        raise ReportNotFound
    return report


async def report_with_file(session: AsyncSession, report_id: ReportId) -> Report:
    """Return a report with its file as it stands now.

    :raises ReportNotFound: if there is none.
    """
    wanted = select(Report).where(Report.id == report_id).options(undefer(Report.content))
    report = await session.scalar(wanted.execution_options(populate_existing=True))
    if report is None:
        raise ReportNotFound
    return report
