"""Telegram on its bad days: whatever it answers, people are told once it lets us, and nobody's money minds."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from core import clock
from core.clock import utc_now
from core.db import Database
from core.identity.actor import TelegramChat, TelegramPerson
from core.identity.meet import meet
from core.ids import EventId, new_id
from core.ledger.audit import audit
from core.notifications.budget import PRIVATE_PER_MINUTE, reserve
from core.notifications.deliver import LEASE
from core.notifications.models import Delivery, Notification
from core.notifications.queue import Recipient, notify
from core.notifications.seal import Sealer
from core.orders.place_order import place_order
from core.secrets import Secrets
from sandbox.serving import Serving
from sandbox.settings import BOT_TOKEN
from sandbox.telegram.app import create_app
from sandbox.telegram.person import Person, World
from tests.builders import LIMITS, funded
from workers.effects import telegram as effects
from workers.effects.deliver import deliver_next
from workers.effects.telegram import Telegram, connected


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Run a Telegram of this test's own."""
    serving = Serving(create_app(data_path=tmp_path, group_per_minute=3000), "127.0.0.1", 0)
    await serving.start()
    async with World.connect(serving.url) as world:
        world.url = serving.url  # type: ignore[attr-defined]
        yield world
    await serving.stop()
    clock.shift(timedelta(0))


@pytest_asyncio.fixture
async def telegram(world: World, tmp_path: Path) -> AsyncIterator[Telegram]:
    """Return the bot's account there."""
    sealer = Sealer(Secrets(tmp_path / "secrets.json"))
    url: str = world.url  # type: ignore[attr-defined]
    async with connected(BOT_TOKEN, url, sealer=sealer, group_messages_per_minute=3000) as telegram:
        yield telegram


async def _news(db: Database, anna: Person) -> None:
    """Queue a notification for Anna, of an order that she placed."""
    chat = TelegramChat(anna.id, "private", anna.name)
    async with db.transaction() as session:
        actor = await meet(
            session,
            person=TelegramPerson(anna.id, anna.name, language_code="ru"),
            chat=chat,
            default_currency="RUB",
            default_time_zone="Europe/Moscow",
            now=utc_now(),
        )
        await funded(session, 100_00, actor=actor)
        order = await place_order(
            session,
            actor=actor,
            amount_minor=100_00,
            currency="RUB",
            description="Торт",
            limits=LIMITS,
            now=utc_now(),
        )
        told = Recipient(user_id=actor.user_id, params={"order_id": str(order.id)})
        await notify(session, event_id=EventId(new_id()), kind="order-ended", recipient=told, now=utc_now())


async def _row(db: Database) -> Notification:
    async with db.transaction() as session:
        assert await audit(session) == []
        return (await session.scalars(select(Notification).where(Notification.kind == "order-ended"))).one()


async def _times_told(anna: Person) -> int:
    return sum("Торт" in seen.text for seen in await anna.messages(None))


@pytest_asyncio.fixture
async def anna(world: World, db: Database) -> Person:
    """Return somebody for whom there is news."""
    anna = world.person("anna")
    await anna.start()
    await _news(db, anna)
    return anna


@pytest.mark.usefixtures("anna")
class TestTelegram:
    async def test_f21_that_asks_for_a_pause_gets_it(
        self, world: World, telegram: Telegram, anna: Person, db: Database
    ) -> None:
        await world.act("set_fault", kind="too_many_requests", method="sendMessage", times=1, seconds=40)

        assert await deliver_next(db, telegram)
        assert not await deliver_next(db, telegram)

        row = await _row(db)
        assert (row.status, row.attempts) == (Delivery.QUEUED, 0)
        assert timedelta(seconds=35) < row.not_before - utc_now() <= timedelta(seconds=40)
        async with db.transaction() as session:  # a card or an answer would wait for as long
            wait = await reserve(session, telegram_chat_id=anna.id, per_minute=PRIVATE_PER_MINUTE)
        assert abs(utc_now() + wait - row.not_before) < timedelta(seconds=2)

    @pytest.mark.parametrize("fault", ["outage", "lose_answer"])
    async def test_f21_that_fails_is_asked_again_and_stops_nobody(
        self, world: World, telegram: Telegram, anna: Person, db: Database, fault: str
    ) -> None:
        """A 500 before anything is done, or a gateway's page of HTML after the message was sent."""
        await world.act("set_fault", kind=fault, method="sendMessage", times=1)

        assert await deliver_next(db, telegram)
        assert (await _row(db)).status == Delivery.QUEUED
        clock.shift(timedelta(seconds=3))
        assert await deliver_next(db, telegram)

        assert (await _row(db)).status == Delivery.DELIVERED
        # Nobody can know whether a message came whose answer was lost, so it is sent again.
        assert await _times_told(anna) == (2 if fault == "lose_answer" else 1)

    async def test_f21_that_does_not_answer_is_given_up_before_another_worker_takes_over(
        self, world: World, telegram: Telegram, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert timedelta(seconds=2 * effects.ANSWER_SECONDS) < LEASE
        monkeypatch.setattr(effects, "ANSWER_SECONDS", 1)
        await world.act("set_fault", kind="slow", method="sendMessage", times=1, seconds=5)

        assert await deliver_next(db, telegram)

        row = await _row(db)
        assert row.status == Delivery.QUEUED
        assert row.not_before - utc_now() < timedelta(seconds=3)
