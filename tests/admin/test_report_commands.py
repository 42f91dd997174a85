"""The operators' commands about reports: what is stuck, what it says, and another try."""

from pathlib import Path

import pytest
from sqlalchemy import update

from core.clock import utc_now
from core.db import Database
from core.reports.models import Report, ReportFormat, ReportStatus
from core.reports.request_report import request_report
from tests.admin.manage import Manage
from tests.builders import person, purchase, spending


async def _failed(db: Database) -> Report:
    async with db.transaction() as session:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 1000_00)
        report = await request_report(session, actor=anna, purchase_id=dacha.id, kind=ReportFormat.PDF, now=utc_now())
        gone = {"status": ReportStatus.FAILED, "attempts": 4, "error": "no paper", "finished_at": utc_now()}
        await session.execute(update(Report).where(Report.id == report.id).values(gone))
        return report


class TestReports:
    async def test_that_failed_are_listed_and_tried_again(self, db: Database, manage: Manage) -> None:
        report = await _failed(db)

        listed = await manage.read("reports", "list", "--stuck")
        assert [(row["id"], row["error"]) for row in listed["reports"]] == [(str(report.id), "no paper")]
        assert "Nothing was changed" in await manage.refused("reports", "retry", report.id, said="n\n")
        tried = await manage.read("reports", "retry", report.id, "--yes", "--operator", "olga")

        assert tried["report"]["status"] == "queued"
        assert (await manage.read("reports", "list", "--stuck"))["reports"] == []
        shown = await manage.read("reports", "show", report.id)
        assert (shown["report"]["attempts"], shown["report"]["bytes"]) == (0, None)
        actions = (await manage.read("actions", "list"))["actions"]
        assert [(row["operator"], row["action"]) for row in actions] == [("olga", "reports retry")]

    @pytest.mark.parametrize(("kind", "beginning"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("json", b"{")])
    async def test_are_made_on_the_spot(
        self, db: Database, manage: Manage, tmp_path: Path, kind: str, beginning: bytes
    ) -> None:
        report = await _failed(db)
        out = tmp_path / f"report.{kind}"

        await manage.done("reports", "make", report.purchase_id, "--format", kind, "--out", out)

        assert out.read_bytes().startswith(beginning)

    async def test_of_no_known_kind_are_refused(self, db: Database, manage: Manage, tmp_path: Path) -> None:
        report = await _failed(db)

        said = await manage.refused(
            "reports", "make", report.purchase_id, "--format", "docx", "--out", tmp_path / "report.docx"
        )

        assert "pdf, xlsx, csv, json, png" in said
