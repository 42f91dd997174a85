"""A notification that cannot be rendered keeps nobody from theirs, and is not tried for ever."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.clock import utc_now
from core.identity.actor import Actor
from core.ids import EventId, new_id
from core.notifications.deliver import ATTEMPTS_MAX, BACK_OFF_MAX, OUTDATED, claim_due
from core.notifications.models import Delivery, Notification
from core.notifications.queue import Recipient, notify
from core.personal_data.erase_person import erase_person
from core.reports.events import ReportMoved
from core.reports.models import Report, ReportFormat
from core.reports.request_report import request_report
from tests.builders import NOW, person, purchase
from workers.reactions import notify as notify_reaction

BROKEN = {
    "a kind that a deployment has taken back": ("sung-to", {}, "KeyError"),
    "a row that is gone": ("removed", {"purchase_id": str(new_id())}, "NoResultFound"),
    "a question that the database refuses": (
        "claim-answered", {"attempt_id": str(new_id()), "start": "debts"}, "ProgrammingError",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    yield
    clock.shift(timedelta(0))


async def _told(session: AsyncSession, to: Actor, kind: str, params: dict[str, Any]) -> Notification:
    event_id = EventId(new_id())
    recipient = Recipient(user_id=to.user_id, params=params)
    await notify(session, event_id=event_id, kind=kind, recipient=recipient, now=NOW)
    return (await session.scalars(select(Notification).where(Notification.event_id == event_id))).one()


async def _about_a_purchase(session: AsyncSession, to: Actor) -> Notification:
    dacha = await purchase(session, await person(session))
    return await _told(session, to, "organizer-changed", {"purchase_id": str(dacha.id), "start": "purchases"})


class TestANotificationThatCannotBeRendered:
    @pytest.mark.parametrize("broken", BROKEN)
    async def test_is_put_off_and_the_next_one_is_sent(self, session: AsyncSession, broken: str) -> None:
        kind, params, failure = BROKEN[broken]
        first = await _told(session, await person(session), kind, params)
        second = await _about_a_purchase(session, await person(session, "Борис"))
        await session.execute(text("ALTER TABLE payments.attempts RENAME TO elsewhere"))

        outgoing = await claim_due(session, bot_username="bot")

        assert outgoing is not None
        assert outgoing.id == second.id
        assert (first.status, first.attempts, first.reason) == (Delivery.QUEUED, 1, f"not rendered: {failure}")
        assert first.not_before > utc_now()

    async def test_has_failed_after_its_last_attempt(self, session: AsyncSession) -> None:
        broken = await _told(session, await person(session), "sung-to", {})

        for attempt in range(ATTEMPTS_MAX + 1):
            clock.shift(attempt * BACK_OFF_MAX)
            assert await claim_due(session, bot_username="bot") is None

        assert (broken.status, broken.attempts) == (Delivery.FAILED, ATTEMPTS_MAX)
        assert broken.finished_at is not None


class TestAReportThatSomebodysErasureTookAlong:
    async def test_is_told_of_no_more(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        report = await request_report(session, actor=anna, purchase_id=dacha.id, kind=ReportFormat.PDF, now=NOW)
        moved = ReportMoved(report_id=report.id, status=report.status)
        await notify_reaction.react(session, moved, EventId(new_id()))
        queued = (await session.scalars(select(Notification))).one()

        await erase_person(session, user_id=boris.user_id, now=NOW)
        await notify_reaction.react(session, moved, EventId(new_id()))

        assert await session.get(Report, report.id, populate_existing=True) is None
        assert await claim_due(session, bot_username="bot") is None
        await session.refresh(queued)
        assert (queued.status, queued.reason) == (Delivery.FAILED, OUTDATED)
