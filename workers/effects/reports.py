"""Make the reports that were asked for; notifications bring them to who asked."""

import asyncio
from functools import partial

import structlog

from core.clock import utc_now
from core.db import Database
from core.reports.build_report import build_report
from core.reports.formats import FORMATS
from core.reports.make_report import Job, claim_report, record_failure, record_ready
from core.reports.models import ReportFormat
from core.work_off import work_off

log = structlog.get_logger()
POLL_SECONDS = 1.0


async def run_reports(db: Database, stopping: asyncio.Event) -> None:
    """Make reports until `stopping` is set, woken by every commit of this process that emitted something."""
    await work_off(db, partial(make_next, db), stopping, busy_seconds=POLL_SECONDS)


async def make_next(db: Database) -> bool:
    """Make the next report that is due; return False if there is none.

    Safe to repeat at every line: a worker that dies leaves a row that is claimed again, and the file is told of in the
    transaction that keeps it.
    """
    async with db.transaction() as session:
        job = await claim_report(session, now=utc_now())
    if job is None:
        return False
    try:
        await _make(db, job)
    except Exception as failure:
        log.exception("report-failed", report_id=str(job.report.id), attempt=job.attempt)
        async with db.transaction() as session:
            await record_failure(session, job, f"{type(failure).__name__}: {failure}", now=utc_now())
    return True


async def _make(db: Database, job: Job) -> None:
    async with db.snapshot() as session:
        document = await build_report(session, report=job.report, now=utc_now())
    make = FORMATS[ReportFormat(job.report.format)]
    content = await asyncio.to_thread(make, document, job.report.language)
    async with db.transaction() as session:
        await record_ready(session, job, document, content, now=utc_now())
