"""A process without a web application shows its figures and its health all the same."""

import asyncio

import httpx2
import pytest
from sqlalchemy import text

from core.clock import utc_now
from core.config import TelemetrySettings
from core.db import Database
from core.ids import EventId, PurchaseId, new_id
from core.ledger.audit import Violation
from core.ledger.last_audit import record_audit
from core.outbox.emit import emit
from core.outbox.models import DeadLetter, QueueRow
from core.purchases.events import PurchaseOpened
from core.telemetry.trail import entering
from core.watch.serve import shown
from sandbox.asking import new_client

ANY_PORT = TelemetrySettings(metrics_port=0)


async def _get(port: int | None, path: str) -> httpx2.Response:
    async with new_client(base_url=f"http://127.0.0.1:{port}") as http:
        return await http.get(path)


async def _figures(port: int | None) -> str:
    """Return the figures once the database has answered in time, which it does not always on a busy machine."""
    async with asyncio.timeout(30):
        while "syncbuy_database_up 1.0" not in (shown_now := (await _get(port, "/metrics")).text):
            await asyncio.sleep(0.1)
    return shown_now


class TestAProcess:
    async def test_shows_what_waits_for_whom(self, db: Database) -> None:
        carried = {"event_name": "x", "event_version": 1, "aggregate_id": new_id(), "payload": {}, "headers": {}}
        carried["created_at"] = utc_now()
        async with db.transaction() as session:
            emit(session, PurchaseOpened(purchase_id=PurchaseId(new_id()), actor_id=None, title="Дача"))
            session.add(QueueRow(consumer="notify", event_id=EventId(new_id()), **carried))
            letter = DeadLetter(consumer="mark-card", event_id=EventId(new_id()), attempts=5, error="x", **carried)
            session.add(letter)
        async with shown(db, ANY_PORT) as port:
            figures = await _figures(port)
            async with db.transaction() as session:
                await session.execute(text("DELETE FROM messaging.dead_letters"))
            later = await _figures(port)

        assert 'syncbuy_waiting_rows{what="outbox"} 1.0' in figures
        assert 'syncbuy_waiting_oldest_seconds{what="outbox"} 0.' in figures
        assert 'syncbuy_queued_events{consumer="notify"} 1.0' in figures
        assert 'syncbuy_dead_letters{consumer="mark-card"} 1.0' in figures
        assert "process_resident_memory_bytes" in figures
        assert "syncbuy_dead_letters{" not in later

    async def test_shows_what_the_last_audit_found(self, db: Database) -> None:
        for violations in ([], [Violation(name, "key", "detail") for name in ("A1", "A2")]):
            async with db.transaction() as session:
                await record_audit(session, violations)
        async with shown(db, ANY_PORT) as port:
            figures = await _figures(port)

        assert "syncbuy_audit_violations 2.0" in figures
        assert "syncbuy_audit_age_seconds" in figures
        assert "syncbuy_audit_age_seconds NaN" not in figures

    async def test_is_ready_while_its_database_is(self, db: Database) -> None:
        nowhere = Database.connect("postgresql://nobody@127.0.0.1:9/nowhere")
        async with shown(db, ANY_PORT) as port, shown(nowhere, ANY_PORT) as lost:
            answers = [await _get(port, "/health/ready"), await _get(lost, "/health/ready")]
            living = await _get(lost, "/health/live")
            figures = await _get(lost, "/metrics")
        await nowhere.close()

        assert [answer.status_code for answer in answers] == [200, 503]
        assert answers[1].json() == {"database": "away", "migrations": "unknown"}
        assert (living.status_code, figures.status_code) == (200, 200)
        assert "syncbuy_database_up 0.0" in figures.text

    async def test_is_not_ready_before_the_migration(self, db: Database) -> None:
        async with db.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '0001_messaging'"))
        async with shown(db, ANY_PORT) as port:
            answer = await _get(port, "/health/ready")

        assert (answer.status_code, answer.json()["migrations"]) == (503, "behind")

    async def test_shows_nothing_where_no_port_is_set(self, db: Database) -> None:
        async with shown(db, TelemetrySettings(metrics_port=None)) as port:
            assert port is None

    @pytest.mark.parametrize(
        "said", [b"POST /metrics HTTP/1.1\r\n\r\n", b"GET /secrets HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"\xff\xfe\r\n\r\n"]
    )
    async def test_answers_404_to_anything_else(self, db: Database, said: bytes) -> None:
        async with shown(db, ANY_PORT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            answer = await reader.read()
            writer.close()

        assert answer.startswith(b"HTTP/1.1 404 ")

    async def test_hangs_up_on_who_says_too_much_or_leaves(
        self, db: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with shown(db, ANY_PORT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\n" + b"x" * 200_000)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()
            _, leaving = await asyncio.open_connection("127.0.0.1", port)
            leaving.close()

            assert (await _get(port, "/health/live")).status_code == 200
        assert caplog.records == []


class TestAnEvent:
    async def test_carries_the_trail_on_which_it_happened(self, db: Database) -> None:
        with entering("update", correlation_id="telegram-7"):
            async with db.transaction() as session:
                emit(session, PurchaseOpened(purchase_id=PurchaseId(new_id()), actor_id=None, title="Дача"))

        async with db.transaction() as session:
            headers = await session.scalar(text("SELECT headers FROM messaging.outbox"))
        assert headers == {"correlation_id": "telegram-7"}
