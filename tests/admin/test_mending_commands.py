"""Commands that show and mend what is stuck on its way to consumers and to people."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.main import get_command

from admin.__main__ import app
from admin.broker import NAME
from admin.stuck import CHECKS
from core.clock import utc_now
from core.db import Database
from core.ids import EventId, PurchaseId, new_id
from core.ledger.models import Audit
from core.notifications.models import Card, Notification
from core.notifications.queue import Recipient, notify
from core.outbox.dead_letters import RELAY
from core.outbox.emit import emit
from core.outbox.envelope import Envelope
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from core.payments.claim_paid import claim_paid
from core.payments.models import NoticeRow
from core.purchases.events import PurchaseClosed
from core.reminders.models import Reminder
from sandbox.rabbitmq import RabbitNode
from tests.admin.manage import Manage
from tests.builders import BANK, debt, funded, lock, person, purchase, spending
from tests.workers.buses import forget
from workers.bus.rabbit import RabbitBus
from workers.subscriptions import listeners

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
LONG_AGO = timedelta(days=2)


def content(name: str = "purchase.closed", **more: Any) -> dict[str, Any]:
    """Return the columns of an event on its way."""
    event_id, aggregate_id = new_id(), new_id()
    event = PurchaseClosed(purchase_id=PurchaseId(aggregate_id), actor_id=None)
    return {
        "event_id": event_id, "event_name": name, "event_version": 1, "aggregate_id": aggregate_id,
        "payload": event.model_dump(mode="json"), "headers": {}, "created_at": utc_now() - LONG_AGO, **more,
    }  # fmt: skip


def letter(consumer: str = "mark-card", name: str = "purchase.closed", **more: Any) -> DeadLetter:
    return DeadLetter(consumer=consumer, attempts=6, error="Boom", died_at=utc_now(), **content(name, **more))


async def kept(db: Database, *rows: Any) -> None:
    async with db.transaction() as session:
        session.add_all(rows)


async def counts(db: Database) -> tuple[int, int, int]:
    """Return how many events wait in the outbox, in the queue, and among the dead letters."""
    async with db.transaction() as session:
        found = [len((await session.scalars(select(table))).all()) for table in (OutboxRow, QueueRow, DeadLetter)]
    return found[0], found[1], found[2]


class TestDeadLetters:
    async def test_are_listed_and_shown_with_what_went_wrong(self, manage: Manage, db: Database) -> None:
        event = content()
        await kept(
            db, *(DeadLetter(consumer=name, attempts=6, error="Boom", **event) for name in ("notify", "mark-card"))
        )

        listed = (await manage.read("dead-letters", "list", "--consumer", "notify"))["dead_letters"]
        shown = await manage.read("dead-letters", "show", str(event["event_id"])[:13])

        assert [(each["event_id"], each["error"]) for each in listed] == [(str(event["event_id"]), "Boom")]
        assert shown["event"]["payload"]["purchase_id"] == str(event["aggregate_id"])
        assert {each["consumer"] for each in shown["dead_letters"]} == {"notify", "mark-card"}

    async def test_are_sent_again_to_their_own_consumer_alone(self, manage: Manage, db: Database) -> None:
        dead = letter("mark-card")
        await kept(db, dead)

        await manage.done("dead-letters", "replay", dead.event_id, "--yes", "--operator", "ops")

        async with db.transaction() as session:
            queued = (await session.scalars(select(QueueRow))).one()
            assert (queued.consumer, queued.event_id, queued.attempts, queued.not_before) == (
                "mark-card", dead.event_id, 0, None,
            )  # fmt: skip
            assert queued.content() == dead.content()
        assert await counts(db) == (0, 1, 0)
        actions = (await manage.read("actions", "list"))["actions"]
        assert [(done["action"], done["subject"]) for done in actions] == [
            ("dead-letters replay", f"{dead.event_id} mark-card")
        ]

    async def test_of_the_relay_go_back_to_the_outbox(self, manage: Manage, db: Database) -> None:
        dead = letter(RELAY)
        await kept(db, dead)

        await manage.done("dead-letters", "replay", dead.event_id, "--yes")

        assert await counts(db) == (1, 0, 0)

    async def test_that_nobody_listens_to_stay_where_they_are(self, manage: Manage, db: Database) -> None:
        gone, unread = letter("a-consumer-of-old"), letter("mark-card", "unreadable")
        await kept(db, gone, unread)

        for dead in (gone, unread):
            assert "lead nowhere" in await manage.refused("dead-letters", "replay", dead.event_id, "--yes")

        assert await counts(db) == (0, 0, 2)

    async def test_are_replayed_or_given_up_all_at_once_or_not_at_all(self, manage: Manage, db: Database) -> None:
        await kept(db, letter(), letter(), letter("notify"), letter("a-consumer-of-old"))

        await manage.refused("dead-letters", "replay", "--all", "--yes")
        assert await counts(db) == (0, 0, 4)
        await manage.done("dead-letters", "replay", "--all", "--consumer", "mark-card", "--yes")
        assert await counts(db) == (0, 2, 2)
        await manage.refused("dead-letters", "discard", "--all", said="n\n")
        await manage.done("dead-letters", "discard", "--all", "--yes")

        assert await counts(db) == (0, 2, 0)

    async def test_that_are_gone_are_not_found(self, manage: Manage, db: Database) -> None:
        dead = letter()
        await kept(db, dead)
        await manage.done("dead-letters", "discard", dead.event_id, "--yes")

        assert "nothing with the id" in await manage.refused("dead-letters", "replay", dead.event_id, "--yes")
        await manage.refused("dead-letters", "replay", code=2)


class TestTheQueue:
    async def test_is_listed_tried_now_and_buried(self, manage: Manage, db: Database) -> None:
        later = utc_now() + LONG_AGO
        waiting = QueueRow(consumer="notify", attempts=3, not_before=later, last_error="Boom", **content())
        await kept(db, waiting)

        [listed] = (await manage.read("queue", "list"))["queue"]
        assert (listed["consumer"], listed["attempts"], listed["last_error"]) == ("notify", 3, "Boom")
        [hurried] = (await manage.read("queue", "retry", waiting.event_id, "--yes"))["queue"]
        assert hurried["not_before"] is None
        [buried] = (await manage.read("queue", "bury", waiting.event_id, "--yes"))["dead_letters"]

        assert (buried["consumer"], buried["attempts"], buried["error"]) == ("notify", 3, "Boom")
        assert await counts(db) == (0, 0, 1)
        assert "nothing with the id" in await manage.refused("queue", "retry", waiting.event_id, "--yes")


class TestTheOutbox:
    async def test_shows_what_an_event_that_failed_holds_back(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            purchase_id = PurchaseId(new_id())
            for _ in range(2):
                emit(session, PurchaseClosed(purchase_id=purchase_id, actor_id=None))
            emit(session, PurchaseClosed(purchase_id=PurchaseId(new_id()), actor_id=None))
            await session.flush()
            failed = (await session.scalars(select(OutboxRow).order_by(OutboxRow.id))).first()
            assert failed is not None
            failed.attempts, failed.not_before, failed.last_error = 2, utc_now() + LONG_AGO, "nobody there"

        listed = (await manage.read("outbox", "list"))["outbox"]

        held = [each["is_held_back"] for each in listed if each["aggregate_id"] == str(purchase_id)]
        assert held == [True, True]
        assert listed[0]["last_error"] == "nobody there"


async def told(db: Database, status: str, reason: str | None = None) -> Notification:
    async with db.transaction() as session:
        who = await person(session, "Анна")
        recipient = Recipient(user_id=who.user_id, params={"purchase_id": str(new_id())})
        await notify(session, event_id=EventId(new_id()), kind="removed", recipient=recipient, now=utc_now() - LONG_AGO)
        row = (await session.scalars(select(Notification).order_by(Notification.id.desc()).limit(1))).one()
        row.status, row.reason, row.attempts = status, reason, 30
        row.finished_at = utc_now() - timedelta(hours=1) if status in {"delivered", "failed"} else None
    return row


class TestNotifications:
    async def test_that_failed_are_listed_and_sent_again(self, manage: Manage, db: Database) -> None:
        failed = await told(db, "failed", "Bad Request: can't parse entities")
        await told(db, "delivered")

        [listed] = (await manage.read("notifications", "list", "--status", "failed"))["notifications"]
        assert (listed["to"], listed["kind"], listed["reason"]) == ("Анна", "removed", failed.reason)
        await manage.done("notifications", "retry", failed.id, "--yes")
        again = (await manage.read("notifications", "show", failed.id))["notification"]

        assert (again["status"], again["attempts"], again["reason"], again["finished_at"]) == ("queued", 0, None, None)

    async def test_that_arrived_are_not_sent_twice(self, manage: Manage, db: Database) -> None:
        arrived = await told(db, "delivered")

        assert "read twice" in await manage.refused("notifications", "retry", arrived.id, "--yes")


class TestCards:
    async def test_that_are_behind_are_listed_and_any_is_shown_anew(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            dacha = await purchase(session, await person(session))
            await session.flush()
            session.add(Card(purchase_id=dacha.id, message_id=7, wanted_version=dacha.version, shown_version=99))

        assert (await manage.read("cards", "list", "--stale"))["cards"] == []
        await manage.done("cards", "redraw", dacha.id, "--yes")
        [listed] = (await manage.read("cards", "list", "--stale"))["cards"]

        assert (listed["purchase_id"], listed["message_id"], listed["shown_version"]) == (str(dacha.id), 7, 0)

    async def test_of_a_purchase_without_a_chat_are_not_there(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            alone = await purchase(session, await person(session, chat=None))

        assert "no card" in await manage.refused("cards", "redraw", alone.id, "--yes")


async def everything_stuck(session: AsyncSession) -> None:
    """Break everything that can get stuck at once, but for transactions that do not end."""
    long_ago = utc_now() - LONG_AGO
    host, guest = await person(session, "Анна"), await person(session, "Борис")
    dacha = await purchase(session, host, guest)
    await session.flush()
    session.add(Card(purchase_id=dacha.id, wanted_version=9))
    emit(session, PurchaseClosed(purchase_id=dacha.id, actor_id=None))
    session.add_all([QueueRow(consumer="notify", **content()), letter()])
    for status, reason in (("failed", "Bad Request"), ("queued", None)):
        recipient = Recipient(user_id=host.user_id, params={})
        await notify(session, event_id=EventId(new_id()), kind="removed", recipient=recipient, now=long_ago)
        row = (await session.scalars(select(Notification).where(Notification.attempts == 0).limit(1))).one()
        row.status, row.reason, row.attempts = status, reason, 1
        row.finished_at = utc_now() if status == "failed" else None
        await session.flush()
    session.add(
        NoticeRow(
            provider=BANK, dedup_key="n", event="", key_id="env", raw=b"", headers={}, query={}, peer="",
            status="not_understood", next_try_at=long_ago, received_at=long_ago, finished_at=long_ago,
        )
    )  # fmt: skip


class TestDoctor:
    async def test_finds_a_healthy_product_healthy(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            host, guest = await person(session), await person(session)
            dacha = await purchase(session, host, guest)
            await spending(session, host, dacha, 100)
            [owed] = await lock(session, host, dacha)
            owed.due_at = utc_now() + timedelta(days=1)

        assert await manage.read("doctor") == {"stuck": []}

    async def test_names_what_is_stuck_with_the_way_out_and_exits_with_one(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            await everything_stuck(session)
            nobody = await funded(session, 300_00)
            await session.execute(
                text("UPDATE identity.users SET name = '', erased_at = now() WHERE id = :id"), {"id": nobody.user_id}
            )
            long_ago = {"at": utc_now() - LONG_AGO}
            await session.execute(text("UPDATE purchases.history SET at = :at"), long_ago)
            await session.execute(text("UPDATE messaging.outbox SET created_at = :at"), long_ago)

        stuck = {each["what"]: each for each in (await manage.read("doctor", code=1))["stuck"]}

        assert stuck.keys() == {
            "events that nobody publishes", "events that wait for a consumer", "dead letters",
            "notifications that failed", "notifications that nobody sends", "cards behind their purchase",
            "notices that nobody could place", "money of people who were erased",
        }  # fmt: skip
        assert stuck["dead letters"]["count"] == 1
        assert stuck["dead letters"]["see"] == "dead-letters list"

    async def test_sees_what_the_schedule_should_have_done(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            host, guest = await person(session), await person(session)
            dacha = await purchase(session, host, guest)
            await spending(session, host, dacha, 100)
            [first] = await lock(session, host, dacha)
            _, debtor, second = await debt(session)
            long_ago = utc_now() - LONG_AGO
            await claim_paid(session, actor=guest, intent_id=first.id, confirm_within=timedelta(), now=long_ago)
            session.add(Reminder(intent_id=second.id, user_id=debtor.user_id, number=1, stage="due", at=long_ago))
            session.add(Audit(audited_at=long_ago, violations=0, details={}))
        stuck = {each["what"] for each in (await manage.read("doctor", code=1))["stuck"]}

        assert stuck == {
            "reminders that nobody sends", "claims that should have been confirmed",
            "debts that should have expired", "a book that nobody audits",
        }  # fmt: skip

    async def test_sees_what_nobody_takes_from_the_broker(
        self, manage: Manage, rabbitmq: RabbitNode, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        prefix = f"doctor.{new_id()}."
        monkeypatch.setenv("AMQP_URL", rabbitmq.url)
        monkeypatch.setenv("AMQP_PREFIX", prefix)
        assert await manage.read("doctor") == {"stuck": []}
        bus = RabbitBus(db, listeners(), url=SecretStr(rabbitmq.url), prefix=prefix)
        await bus.publish([Envelope(**content())])
        await bus.close()

        [stuck] = (await manage.read("doctor", code=1))["stuck"]
        queues = {each["name"]: each for each in (await manage.read("queue", "broker"))["queues"]}

        assert stuck["what"] == NAME
        assert stuck["count"] == len(listeners()["purchase.closed"])
        assert queues[f"{prefix}mark-card"] == {"name": f"{prefix}mark-card", "messages": 1, "consumers": 0}
        await forget(rabbitmq.url, prefix, listeners())

    async def test_says_that_the_broker_does_not_answer(self, manage: Manage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:1/")

        [stuck] = (await manage.read("doctor", code=1))["stuck"]

        assert stuck["see"] == "queue broker"
        assert "does not answer" in await manage.refused("queue", "broker")

    def test_names_commands_that_exist_and_so_do_the_docs(self) -> None:
        named = {command for check in CHECKS for command in (check.see, *check.mend)}
        named |= set(re.findall(r"`(?:python3 manage\.py )?([a-z][a-z-]*(?: [a-z-]+)?(?: --[a-z-]+ \w+)*)`",
                                DOCS.read_text(encoding="utf-8")))  # fmt: skip

        assert sorted(command for command in named if not _exists(command)) == []

    def test_is_explained_in_the_docs_check_by_check(self) -> None:
        docs = DOCS.read_text(encoding="utf-8")

        assert NAME in docs
        missing = [
            (check.name, command)
            for check in CHECKS
            for command in (check.name, check.see, *check.mend)
            if not any(check.name in line and command in line for line in docs.splitlines())
        ]

        assert missing == []


def _exists(command: str) -> bool:
    found: Any = get_command(app)
    for word in command.split():
        if word.startswith("--"):
            return any(word in option.opts for option in found.params)
        if not hasattr(found, "commands"):
            return True  # an argument
        if word not in found.commands:
            return False
        found = found.commands[word]
    return True
