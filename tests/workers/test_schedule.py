"""What is done from time to time: by one worker each time, and what the check of the book leaves behind."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ledger.last_audit import last_audit
from core.ledger.models import Account, Audit
from core.notifications.models import Notification
from core.reminders.models import Reminder
from core.settlement.models import Intent
from tests.builders import debt
from tests.core.reminders.test_due import owing
from workers.schedule import SCHEDULE, Periodic, run_periodically

BY_NAME = {periodic.name: periodic for periodic in SCHEDULE}


async def _until(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        while not await check():
            await asyncio.sleep(0.02)


class Workers:
    """Several workers that do one job very often, for as long as the block lasts."""

    def __init__(self, db: Database, name: str, count: int = 2) -> None:
        known = BY_NAME[name]
        self.job = Periodic(known.number, known.name, 0.01, known.run, in_snapshot=known.in_snapshot)
        self.db, self.count, self.stopping = db, count, asyncio.Event()

    async def __aenter__(self) -> "Workers":
        jobs = (run_periodically(self.db, self.job, self.stopping) for _ in range(self.count))
        self.tasks = [asyncio.create_task(job) for job in jobs]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stopping.set()
        await asyncio.gather(*self.tasks)


class TestTheSchedule:
    def test_gives_every_job_a_lock_of_its_own(self) -> None:
        assert len({periodic.number for periodic in SCHEDULE}) == len(SCHEDULE)

    async def test_reminds_each_person_once_with_several_workers(self, db: Database) -> None:
        async with db.transaction() as session:
            for _ in range(3):
                await owing(session)
            past = {"at": func.now() - text("interval '1 minute'")}
            await session.execute(update(Reminder).where(Reminder.stage == "before").values(past))
            # At no time of the day is it quiet for them.
            await session.execute(text("UPDATE identity.users SET quiet_from = '00:00', quiet_until = '00:00'"))

        async def all_sent() -> bool:
            async with db.transaction() as session:
                due = (Reminder.status == "waiting") & (Reminder.at <= func.now())
                return await session.scalar(select(func.count()).select_from(Reminder).where(due)) == 0

        async with Workers(db, "remind", 3):
            await _until(all_sent)

        async with db.transaction() as session:
            reminded = select(Notification.user_id).where(Notification.kind == "reminder")
            people = (await session.scalars(reminded)).all()
            assert len(people) == len(set(people)) == 3

    async def test_lets_debts_expire_once_with_several_workers(self, db: Database) -> None:
        async with db.transaction() as session:
            for _ in range(3):
                await debt(session)
            await session.execute(update(Intent).values(due_at=func.now()))

        async def all_expired() -> bool:
            async with db.transaction() as session:
                return set(await session.scalars(select(Intent.status))) == {"expired"}

        async with Workers(db, "expire-debts", 3):
            await _until(all_expired)

        async with db.transaction() as session:
            events = text("SELECT count(*) FROM messaging.outbox WHERE event_name = 'intent.expired'")
            assert await session.scalar(events) == 3


async def _audits(db: Database) -> int:
    async with db.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Audit)) or 0


async def _run(db: Database) -> None:
    """Check the book as one worker would."""
    job = BY_NAME["audit"]
    async with db.snapshot() as session:
        await job.run(session)


class TestTheAudit:
    async def test_is_done_once_in_five_minutes_by_whichever_worker(self, db: Database) -> None:
        async def done() -> bool:
            return await _audits(db) > 0

        async with Workers(db, "audit"):
            await _until(done)
        await _run(db)
        assert await _audits(db) == 1

        async with db.transaction() as session:
            await session.execute(update(Audit).values(audited_at=Audit.audited_at - text("interval '5 minutes'")))
        await _run(db)
        assert await _audits(db) == 2

    async def test_says_nothing_of_a_right_book(self, db: Database) -> None:
        async with db.transaction() as session:
            await debt(session)

        with structlog.testing.capture_logs() as logs:
            await _run(db)

        assert logs == []
        async with db.transaction() as session:
            found = await last_audit(session)
            assert found is not None
            assert found.violations == 0

    async def test_raises_an_alarm_for_a_wrong_one_and_remembers_what_was_wrong(self, db: Database) -> None:
        async with db.transaction() as session:
            await debt(session)
            await _tamper(session)

        with structlog.testing.capture_logs() as logs:
            await _run(db)

        assert {log["event"] for log in logs} == {"invariant-violated"}
        assert {log["log_level"] for log in logs} == {"error"}
        async with db.transaction() as session:
            found = await last_audit(session)
            assert found is not None
            assert found.violations == len(logs) == len(found.details["violations"])

    async def test_sees_the_book_as_it_stood_at_one_moment(self, db: Database) -> None:
        async with db.snapshot() as session:
            before = await session.scalar(select(func.count()).select_from(Account))
            async with db.transaction() as other:
                await debt(other)
            assert await session.scalar(select(func.count()).select_from(Account)) == before

    async def test_forgets_what_it_found_long_ago(self, db: Database) -> None:
        async with db.transaction() as session:
            session.add(Audit(violations=7, details={}))
            await session.flush()
            await session.execute(update(Audit).values(audited_at=func.now() - text("interval '31 days'")))

        await _run(db)

        assert await _audits(db) == 1


async def _tamper(session: AsyncSession) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(update(Account).values(debits=Account.debits + 1))
