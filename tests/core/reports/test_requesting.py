"""Asking for reports: once while it is made, in the asker's place and language, and for nobody else."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.models import Chat
from core.outbox.models import OutboxRow
from core.purchases.rules import NotParticipant, PurchaseNotFound
from core.reports.make_report import claim_report, record_ready
from core.reports.models import Report, ReportFormat
from core.reports.purchase_report import purchase_report
from core.reports.request_report import post_closing_report, request_report, request_statement
from core.reports.rules import UnknownFormat, check_format, file_name
from tests.builders import NOW, OTHER_GROUP, person, purchase


async def _moved(session: AsyncSession) -> int:
    await session.flush()
    told = select(func.count()).select_from(OutboxRow).where(OutboxRow.event_name == "report.moved")
    return await session.scalar(told) or 0


class TestARequest:
    async def test_again_gets_the_one_that_is_made(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        wanted = {"actor": anna, "purchase_id": dacha.id, "now": NOW}

        first = await request_report(session, kind=ReportFormat.PDF, **wanted)  # type: ignore[arg-type]
        again = await request_report(session, kind=ReportFormat.PDF, **wanted)  # type: ignore[arg-type]
        other = await request_report(session, kind=ReportFormat.CSV, **wanted)  # type: ignore[arg-type]

        assert first.id == again.id != other.id
        assert await _moved(session) == 2

    async def test_after_it_is_ready_gets_a_new_one(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        wanted = {"actor": anna, "purchase_id": dacha.id, "kind": ReportFormat.PDF, "now": NOW}
        first = await request_report(session, **wanted)  # type: ignore[arg-type]
        job = await claim_report(session, now=NOW)
        assert job is not None
        document = await purchase_report(session, purchase_id=dacha.id, reader_id=None, language="ru", now=NOW)
        await record_ready(session, job, document, b"%PDF", now=NOW)
        await session.flush()

        assert (await request_report(session, **wanted)).id != first.id  # type: ignore[arg-type]

    async def test_is_for_where_it_was_asked(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)
        in_private = Actor(anna.user_id, anna.name, anna.language, anna.time_zone)
        chat = await session.get_one(Chat, anna.chat_id)
        chat.language = "en"

        here = await request_report(session, actor=anna, purchase_id=dacha.id, kind=ReportFormat.PDF, now=NOW)
        there = await request_report(session, actor=in_private, purchase_id=dacha.id, kind=ReportFormat.PDF, now=NOW)

        assert (here.chat_id, here.user_id, here.language) == (anna.chat_id, None, "en")
        assert (there.chat_id, there.user_id, there.language) == (None, anna.user_id, "ru")

    async def test_of_a_stranger_finds_nothing(self, session: AsyncSession) -> None:
        anna, member = await person(session), await person(session, "Зритель")
        stranger = await person(session, "Чужой", chat=OTHER_GROUP)
        dacha = await purchase(session, anna)

        with pytest.raises(PurchaseNotFound):
            await request_report(session, actor=stranger, purchase_id=dacha.id, kind=ReportFormat.PDF, now=NOW)
        with pytest.raises(NotParticipant):
            await request_report(session, actor=member, purchase_id=dacha.id, kind=ReportFormat.PDF, now=NOW)
        assert await session.scalar(select(func.count()).select_from(Report)) == 0


class TestAStatement:
    async def test_is_for_the_person_in_private_wherever_it_was_asked_for(self, session: AsyncSession) -> None:
        anna = await person(session)

        report = await request_statement(session, actor=anna, kind=ReportFormat.XLSX, since=NOW, now=NOW)

        assert (report.user_id, report.chat_id, report.purchase_id, report.since) == (anna.user_id, None, None, NOW)

    async def test_is_no_picture(self, session: AsyncSession) -> None:
        with pytest.raises(UnknownFormat):
            await request_statement(session, actor=await person(session), kind=ReportFormat.PNG, since=None, now=NOW)


class TestTheClose:
    async def test_posts_a_picture_and_a_file_of_nobody_to_the_chat(self, session: AsyncSession) -> None:
        anna = await person(session)
        dacha = await purchase(session, anna)

        await post_closing_report(session, purchase_id=dacha.id, now=NOW)

        posted = (await session.scalars(select(Report).order_by(Report.id))).all()
        assert [(row.format, row.requested_by, row.chat_id) for row in posted] == [
            ("png", None, anna.chat_id),
            ("pdf", None, anna.chat_id),
        ]

    async def test_tells_the_organiser_where_there_is_no_chat(self, session: AsyncSession) -> None:
        anna = await person(session, chat=None)
        alone = await purchase(session, anna)

        await post_closing_report(session, purchase_id=alone.id, now=NOW)

        assert {row.user_id for row in await session.scalars(select(Report))} == {anna.user_id}


class TestAFormat:
    @pytest.mark.parametrize("written", ["pdf", " PDF ", ".pdf"])
    def test_is_understood_as_people_write_it(self, written: str) -> None:
        assert check_format(written) == ReportFormat.PDF

    def test_is_one_of_those_that_there_are(self) -> None:
        with pytest.raises(UnknownFormat):
            check_format("docx")


class TestAFileName:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Шашлыки на даче", "Шашлыки на даче.pdf"),
            ('a/b\\c:"d"\r\ne', "a b c d e.pdf"),
            ("🌲", "SyncBuy.pdf"),
            ("../../etc/passwd", "etc passwd.pdf"),
            ("Ж" * 100, "Ж" * 60 + ".pdf"),
        ],
    )
    def test_is_one_that_every_system_takes(self, title: str, name: str) -> None:
        assert file_name(title, ReportFormat.PDF) == name
