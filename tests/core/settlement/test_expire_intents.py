"""Debts whose due date is over: expired once, and still payable."""

import asyncio
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.outbox.models import OutboxRow
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.dispute_payment import dispute_payment
from core.purchases.models import Purchase
from core.settlement.expire_intents import expire_intents
from core.settlement.models import Intent, IntentStatus
from tests.builders import NOW, WEEK, debt

DUE = NOW + WEEK
SECOND = timedelta(seconds=1)


async def _events(session: AsyncSession) -> list[str]:
    of_expiry = select(OutboxRow.payload).where(OutboxRow.event_name == "intent.expired")
    return [payload["intent_id"] for payload in await session.scalars(of_expiry)]


class TestADebt:
    async def test_expires_when_it_is_due_with_one_event_and_a_stale_card(self, session: AsyncSession) -> None:
        _, _, intent = await debt(session)
        purchase = await session.get_one(Purchase, intent.purchase_id)
        version = purchase.version

        assert await expire_intents(session, now=DUE - SECOND) == 0
        assert await expire_intents(session, now=DUE) == 1
        assert await expire_intents(session, now=DUE) == 0

        assert (intent.status, intent.expired_at) == (IntentStatus.EXPIRED, DUE)
        assert await _events(session) == [str(intent.id)]
        assert purchase.version == version + 1

    async def test_is_paid_by_a_button_that_was_shown_before(self, session: AsyncSession) -> None:
        debtor, payee, intent = await debt(session)
        seen = intent.version
        await expire_intents(session, now=DUE)

        attempt = await claim_paid(
            session, actor=debtor, intent_id=intent.id, seen_version=seen, confirm_within=WEEK, now=DUE
        )
        await confirm_received(session, actor=payee, attempt_id=attempt.id, now=DUE)

        assert intent.status == IntentStatus.SUCCEEDED

    async def test_that_is_being_paid_expires_when_that_comes_to_nothing_and_only_once(
        self, session: AsyncSession
    ) -> None:
        debtor, payee, intent = await debt(session)
        for _ in range(2):
            attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
            assert await expire_intents(session, now=DUE) == 0
            await dispute_payment(session, actor=payee, attempt_id=attempt.id, now=DUE)
            await expire_intents(session, now=DUE)

        assert intent.status == IntentStatus.EXPIRED
        assert await _events(session) == [str(intent.id)]

    async def test_expires_once_though_several_workers_look_at_once(self, db: Database) -> None:
        async with db.transaction() as session:
            intents = [(await debt(session))[2].id for _ in range(5)]

        async def work() -> int:
            async with db.transaction() as session:
                return await expire_intents(session, now=DUE)

        assert sum(await asyncio.gather(*(work() for _ in range(4)))) == len(intents)
        async with db.transaction() as session:
            assert sorted(await _events(session)) == sorted(map(str, intents))
            assert set(await session.scalars(select(Intent.status))) == {IntentStatus.EXPIRED}
