"""Making reports with workers that die, stand in for each other, or fail: real commits, real files."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.clock import utc_now
from core.db import Database
from core.ids import ReportId
from core.reports.make_report import (
    ATTEMPTS_MAX,
    KEEP_FILES,
    KEEP_ROWS,
    LEASE,
    MadeAnewAlready,
    claim_report,
    forget_files,
    record_failure,
    record_ready,
    retry_report,
)
from core.reports.models import Report, ReportFormat, ReportStatus
from core.reports.purchase_report import purchase_report
from core.reports.queries import find_reports, report_with_file
from core.reports.request_report import request_report
from tests.builders import person, purchase, spending
from workers.effects.reports import make_next


async def _asked(db: Database) -> Report:
    async with db.transaction() as session:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 1000_00)
        wanted = {"kind": ReportFormat.JSON, "now": utc_now()}
        return await request_report(session, actor=anna, purchase_id=dacha.id, **wanted)  # type: ignore[arg-type]


async def _spoil(db: Database, report_id: ReportId) -> None:
    """Let the report be wanted in a language that nobody speaks, so that making it fails for real."""
    async with db.transaction() as session:
        values = {"language": "xx", "format": ReportFormat.CSV}
        await session.execute(update(Report).where(Report.id == report_id).values(values))


async def _due(db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(update(Report).values(not_before=utc_now() - timedelta(seconds=1)))


async def _stands(db: Database, report_id: ReportId) -> Report:
    async with db.transaction() as session:
        return await report_with_file(session, report_id)


class TestAWorker:
    async def test_makes_the_file_and_keeps_it_with_its_digest(self, db: Database) -> None:
        asked = await _asked(db)

        assert await make_next(db)

        report = await _stands(db, asked.id)
        assert report.status == ReportStatus.READY
        assert report.content is not None
        assert report.digest == hashlib.sha256(report.content).hexdigest()
        assert report.file_name == "Шашлыки.json"
        assert not await make_next(db)

    async def test_that_died_is_stood_in_for_after_its_lease(self, db: Database) -> None:
        asked = await _asked(db)
        now = utc_now()
        async with db.transaction() as session:
            assert await claim_report(session, now=now) is not None

        async with db.transaction() as session:
            assert await claim_report(session, now=now + LEASE - timedelta(seconds=1)) is None
        async with db.transaction() as session:
            second = await claim_report(session, now=now + LEASE)

        assert second is not None
        assert (second.report.id, second.attempt) == (asked.id, 2)

    async def test_that_was_stood_in_for_is_not_heard(self, db: Database) -> None:
        asked = await _asked(db)
        now = utc_now()
        async with db.transaction() as session:
            slow = await claim_report(session, now=now)
        async with db.transaction() as session:
            quick = await claim_report(session, now=now + LEASE)
        assert slow is not None
        assert quick is not None
        assert asked.purchase_id is not None
        async with db.transaction() as session:
            document = await purchase_report(
                session, purchase_id=asked.purchase_id, reader_id=None, language="ru", now=now
            )
            await record_ready(session, slow, document, b"late", now=now)
            await record_failure(session, slow, "late", now=now)
        assert (await _stands(db, asked.id)).status == ReportStatus.RUNNING

        async with db.transaction() as session:
            await record_ready(session, quick, document, b"good", now=now)

        assert (await _stands(db, asked.id)).content == b"good"

    async def test_shares_nothing_with_another_that_comes_at_once(self, db: Database) -> None:
        await _asked(db)

        async def claim() -> object:
            async with db.transaction() as session:
                return await claim_report(session, now=utc_now())

        claimed = await asyncio.gather(*(claim() for _ in range(8)))

        assert sum(job is not None for job in claimed) == 1


class TestAFailure:
    async def test_is_tried_again_and_then_seen_by_operators(self, db: Database) -> None:
        asked = await _asked(db)
        await _spoil(db, asked.id)

        for _ in range(ATTEMPTS_MAX):
            assert await make_next(db)
            await _due(db)
        assert not await make_next(db)

        report = await _stands(db, asked.id)
        assert (report.status, report.attempts) == (ReportStatus.FAILED, ATTEMPTS_MAX)
        assert report.error is not None
        async with db.transaction() as session:
            assert [row.id for row in await find_reports(session, stuck_at=utc_now(), limit=5)] == [asked.id]

    async def test_of_workers_that_all_died_ends_too(self, db: Database) -> None:
        asked = await _asked(db)
        now = utc_now()
        for attempt in range(ATTEMPTS_MAX + 1):
            async with db.transaction() as session:
                job = await claim_report(session, now=now + attempt * LEASE)
            assert (job is None) == (attempt == ATTEMPTS_MAX)

        assert (await _stands(db, asked.id)).status == ReportStatus.FAILED

    async def test_may_be_tried_again_by_an_operator(self, db: Database) -> None:
        asked = await _asked(db)
        await _spoil(db, asked.id)
        for _ in range(ATTEMPTS_MAX):
            await make_next(db)
            await _due(db)
        async with db.transaction() as session:
            await session.execute(update(Report).values(language="ru"))

        async with db.transaction() as session:
            await retry_report(session, report_id=asked.id, now=utc_now())
        assert await make_next(db)

        assert (await _stands(db, asked.id)).status == ReportStatus.READY

    async def test_is_not_tried_again_beside_the_same_asked_for_anew(self, db: Database) -> None:
        asked = await _asked(db)
        async with db.transaction() as session:
            await session.execute(update(Report).values(status=ReportStatus.FAILED, finished_at=utc_now()))
            copy = {"purchase_id": asked.purchase_id, "requested_by": asked.requested_by, "chat_id": asked.chat_id}
            session.add(Report(**copy, format=asked.format, language="ru", not_before=utc_now(), created_at=utc_now()))

        with pytest.raises(MadeAnewAlready):
            async with db.transaction() as session:
                await retry_report(session, report_id=asked.id, now=utc_now())


class TestTheFiles:
    async def test_are_forgotten_after_some_days_and_the_rows_later(self, db: Database) -> None:
        asked = await _asked(db)
        await make_next(db)

        async with db.transaction() as session:
            await forget_files(session, now=utc_now() + KEEP_FILES - timedelta(minutes=1))
        assert (await _stands(db, asked.id)).content is not None
        async with db.transaction() as session:
            await forget_files(session, now=utc_now() + KEEP_FILES)
        assert (await _stands(db, asked.id)).content is None
        async with db.transaction() as session:
            await forget_files(session, now=utc_now() + KEEP_ROWS)

        async with db.transaction() as session:
            assert (await session.scalars(select(Report.id))).all() == []


class TestASnapshot:
    async def test_does_not_see_what_others_commit_meanwhile(self, db: Database) -> None:
        asked = await _asked(db)

        async with db.snapshot() as reading:
            before = await reading.scalar(select(Report.status))
            async with db.transaction() as writing:
                await writing.execute(update(Report).values(status=ReportStatus.RUNNING))
            after = await reading.scalar(select(Report.status))

        assert before == after == ReportStatus.QUEUED
        assert (await _stands(db, asked.id)).status == ReportStatus.RUNNING
