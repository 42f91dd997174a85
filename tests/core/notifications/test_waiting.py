"""What waits for the morning, what does not, and what is not told at all any more."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.clock import utc_now
from core.identity.actor import Actor
from core.identity.models import User
from core.ids import EventId, UserId, new_id
from core.notifications.catalog import CATALOG
from core.notifications.deliver import OUTDATED, QUIET, claim_due
from core.notifications.models import Delivery, Notification
from core.notifications.queue import Recipient, notify
from tests.builders import NOW, debt, person

CAN_WAIT = {"reminder", "debts-overdue", "debts-settled", "debt-written-off", "withdrawal-settled"}
NIGHT = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)  # eleven in Moscow
MORNING = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)


def _let_it_be(moment: datetime) -> None:
    clock.shift(timedelta(0))
    clock.shift(moment - utc_now())


@pytest.fixture(autouse=True)
def _night() -> Iterator[None]:
    _let_it_be(NIGHT)
    yield
    clock.shift(timedelta(0))


async def _forgiven(session: AsyncSession, to: Actor) -> Notification:
    """Return a word that can wait: somebody forgave a debt."""
    payee = await person(session, "Анна")
    params = {"payee_id": str(payee.user_id), "amount_minor": 100, "currency": "RUB"}
    event_id = EventId(new_id())
    to_whom = Recipient(user_id=to.user_id, params=params)
    await notify(session, event_id=event_id, kind="debt-written-off", recipient=to_whom, now=utc_now())
    return (await session.scalars(select(Notification).where(Notification.event_id == event_id))).one()


class TestTheCatalog:
    def test_says_what_can_wait_for_the_morning(self) -> None:
        assert {kind for kind, entry in CATALOG.items() if entry.can_wait} == CAN_WAIT


class TestANotification:
    async def test_that_can_wait_is_sent_when_the_quiet_hours_end(self, session: AsyncSession) -> None:
        told = await _forgiven(session, await person(session))

        assert await claim_due(session, bot_username="bot") is None
        assert (told.status, told.reason, told.not_before, told.attempts) == (Delivery.QUEUED, QUIET, MORNING, 0)
        _let_it_be(MORNING)
        assert (await claim_due(session, bot_username="bot")) is not None
        assert told.attempts == 1

    async def test_behind_one_that_waits_is_sent_all_the_same(self, session: AsyncSession) -> None:
        asleep, awake = await person(session), await person(session)
        (await session.get_one(User, awake.user_id)).quiet_until = time(22)
        await _forgiven(session, asleep)
        second = await _forgiven(session, awake)

        outgoing = await claim_due(session, bot_username="bot")

        assert outgoing is not None
        assert outgoing.id == second.id

    async def test_that_nobody_should_wait_for_is_sent_at_night(self, session: AsyncSession) -> None:
        debtor, payee, _ = await debt(session)
        params = {"payer_id": str(debtor.user_id), "amount_minor": 100, "currency": "RUB"}
        to = Recipient(user_id=UserId(payee.user_id), params=params)
        await notify(session, event_id=EventId(new_id()), kind="claim-withdrawn", recipient=to, now=utc_now())

        outgoing = await claim_due(session, bot_username="bot")

        assert outgoing is not None
        assert outgoing.user_id == payee.user_id

    async def test_with_nothing_to_tell_any_more_is_recorded_and_passed_over(self, session: AsyncSession) -> None:
        debtor, _, intent = await debt(session)
        (await session.get_one(User, debtor.user_id)).quiet_until = time(22)
        intent.paid_minor, intent.status = intent.amount_minor, "succeeded"
        params = {"reminder_id": str(new_id()), "intent_ids": [str(intent.id)]}
        to = Recipient(user_id=debtor.user_id, params=params)
        await notify(session, event_id=EventId(new_id()), kind="reminder", recipient=to, now=NOW)

        assert await claim_due(session, bot_username="bot") is None
        told = (await session.scalars(select(Notification).where(Notification.kind == "reminder"))).one()
        assert (told.status, told.reason) == (Delivery.FAILED, OUTDATED)
