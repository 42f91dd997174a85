"""What is kept how long, and that what was kept does not slow what is done now."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core import retention
from core.clock import utc_now
from core.db import Database
from core.dialogs.models import Dialog
from core.idempotency.models import IdempotencyRow
from core.identity.models import PersonalToken, SessionRow, SignInCode, UsedProof
from core.ids import EventId, new_id
from core.inbox.models import InboxRow
from core.inbox.once import once_each
from core.notifications.deliver import claim_due
from core.notifications.models import Notification
from core.notifications.queue import Recipient, notify
from core.outbox.models import DeadLetter
from core.payments.models import NoticeRow
from core.payments.take_notice import claim_notice
from core.retention import sweep
from tests.builders import BANK, NOW, person
from workers.schedule import SCHEDULE, run_periodically

MANY = 100_000


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def notice(key: str, status: str, finished_at: datetime | None) -> NoticeRow:
    return NoticeRow(
        provider=BANK, dedup_key=key, event="e", key_id="env", raw=b"{}", headers={}, query={}, peer="", status=status,
        next_try_at=days_ago(400), received_at=days_ago(400), finished_at=finished_at,
    )  # fmt: skip


async def notified(session: AsyncSession, status: str, finished_at: datetime | None) -> None:
    who = await person(session)
    await session.flush()
    recipient, event_id = Recipient(user_id=who.user_id, params={"n": status}), EventId(new_id())
    await notify(session, event_id=event_id, kind="removed", recipient=recipient, now=NOW)
    row = (await session.scalars(select(Notification).where(Notification.event_id == event_id))).one()
    row.status, row.finished_at = status, finished_at


async def left(session: AsyncSession, column: Any) -> set[Any]:
    return set(await session.scalars(select(column)))


class TestSweep:
    async def test_deletes_what_nobody_needs_any_more_and_nothing_else(self, session: AsyncSession) -> None:
        session.add_all(InboxRow(source="s", message_id=str(days), handled_at=days_ago(days)) for days in (29, 31))
        session.add_all(
            IdempotencyRow(scope="s", key=f"{days}", fingerprint=b"", status=200, body=b"",
                           created_at=days_ago(9), expires_at=days_ago(days))
            for days in (-1, 0, 1)
        )  # fmt: skip
        session.add_all(Dialog(key=f"{days}", state=None, updated_at=days_ago(days)) for days in (29, 31))
        for key, status, finished in (
            ("young", "done", 179), ("old", "done", 181), ("ignored", "ignored", 181),
            ("lost", "suspense", 400), ("unread", "not_understood", 400), ("parked", "parked", None),
        ):  # fmt: skip
            session.add(notice(key, status, None if finished is None else days_ago(finished)))
        for status, finished in (("delivered", 91), ("failed", 91), ("delivered", 89), ("queued", None)):
            await notified(session, status, None if finished is None else days_ago(finished))
        session.add(
            DeadLetter(consumer="x", event_id=EventId(new_id()), event_name="e", event_version=1, aggregate_id=new_id(),
                       payload={}, headers={}, created_at=days_ago(999), attempts=1, error="", died_at=days_ago(999))
        )  # fmt: skip
        await session.flush()

        await sweep(session, now=NOW)

        assert await left(session, InboxRow.message_id) == {"29"}
        assert await left(session, IdempotencyRow.key) == {"-1"}
        assert await left(session, Dialog.key) == {"29"}
        assert await left(session, NoticeRow.dedup_key) == {"young", "lost", "unread", "parked"}
        assert sorted(await session.scalars(select(Notification.status))) == ["delivered", "queued"]
        assert await session.scalar(select(func.count()).select_from(DeadLetter)) == 1

    async def test_deletes_what_nobody_can_sign_in_by_any_more(self, session: AsyncSession) -> None:
        for days in (-1, 0, 29, 31):
            who, over, mark = await person(session), days_ago(days), str(days).encode()
            session.add(SignInCode(user_id=who.user_id, hash=mark, expires_at=over))
            session.add(UsedProof(fingerprint=mark, expires_at=over))
            session.add(
                SessionRow(user_id=who.user_id, client=f"{days}", secret_hash=mark, created_at=NOW, refreshed_at=NOW,
                           expires_at=over)
            )  # fmt: skip
            token = {"name": f"{days}", "prefix": "", "created_at": NOW}
            session.add(PersonalToken(user_id=who.user_id, hash=mark, expires_at=over, **token))
        session.add(PersonalToken(user_id=who.user_id, hash=b"", expires_at=None, **{**token, "name": "for ever"}))
        await session.flush()

        await sweep(session, now=NOW)

        assert await left(session, SignInCode.hash) == await left(session, UsedProof.fingerprint) == {b"-1"}
        assert await left(session, SessionRow.client) == {"-1"}
        assert await left(session, PersonalToken.name) == {"-1", "0", "29", "for ever"}

    async def test_says_that_there_is_more_until_there_is_not(
        self, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        session.add_all(InboxRow(source="s", message_id=str(n), handled_at=days_ago(40)) for n in range(5))
        await session.flush()

        assert [await sweep(session, now=NOW) for _ in range(3)] == [True, True, False]
        assert await left(session, InboxRow.message_id) == set()

    async def test_passes_over_a_row_that_somebody_has_in_hand(self, db: Database) -> None:
        async with db.transaction() as session:
            session.add_all(InboxRow(source="s", message_id=str(n), handled_at=days_ago(40)) for n in range(3))

        async with db.transaction() as holding:
            await holding.execute(select(InboxRow).where(InboxRow.message_id == "1").with_for_update())
            async with db.transaction() as session:
                await asyncio.wait_for(sweep(session, now=NOW), 5)

        async with db.transaction() as session:
            assert await left(session, InboxRow.message_id) == {"1"}

    async def test_goes_on_at_once_while_there_is_more_and_is_done_by_the_schedule(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "BATCH", 10)
        async with db.transaction() as session:
            session.add_all(InboxRow(source="s", message_id=str(n), handled_at=days_ago(400)) for n in range(35))
        [job] = [each for each in SCHEDULE if each.name == "sweep"]
        assert job.every_seconds >= 3600
        stopping = asyncio.Event()

        working = [asyncio.create_task(run_periodically(db, job, stopping)) for _ in range(2)]
        async with asyncio.timeout(20):
            while True:
                async with db.transaction() as session:
                    if not await left(session, InboxRow.message_id):
                        break
                await asyncio.sleep(0.05)
        stopping.set()
        await asyncio.gather(*working)


DONE = {
    "messaging.inbox": """
        INSERT INTO messaging.inbox (source, message_id, handled_at)
        SELECT 's', n::text, now() FROM generate_series(1, :many) n""",
    "notifications.notifications": """
        INSERT INTO notifications.notifications
            (id, event_id, kind, user_id, params, status, not_before, created_at, finished_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'removed', (SELECT id FROM identity.users LIMIT 1), '{}',
            'delivered', now(), now(), now() FROM generate_series(1, :many)""",
    "payments.notices": """
        INSERT INTO payments.notices (provider, dedup_key, event, key_id, raw, headers, query, peer, status,
            next_try_at, received_at, finished_at)
        SELECT 'standard', n::text, 'e', 'k', '', '{}', '{}', '', 'done', now(), now(), now()
        FROM generate_series(1, :many) n""",
}
ROWS_READ = text("""
    SELECT schemaname || '.' || relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    FROM pg_stat_xact_user_tables
""")


class TestAHundredThousandRowsThatAreDone:
    async def test_are_not_read_by_who_looks_for_work(self, db: Database) -> None:  # R14
        async with db.transaction() as session:
            await person(session)
        async with db.transaction() as session:
            for statement in DONE.values():
                await session.execute(text(statement), {"many": MANY})
        async with db.transaction() as session:
            await session.execute(text("ANALYZE"))

        async with db.transaction() as session:
            now = utc_now()
            assert await claim_due(session, bot_username="bot") is None
            assert await claim_notice(session, providers=[BANK], now=now) is None
            assert await once_each(session, "s", ["new", "1"]) == {"new"}
            assert await sweep(session, now=now) is False
            read = {name: count for name, count in await session.execute(ROWS_READ) if name in DONE}

        assert read.keys() == DONE.keys()
        assert max(read.values()) < 10
