"""The manual rail: "I paid", "received", "not received", parts, and answers that never come."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import debt_payable
from core.outbox.models import OutboxRow
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import (
    AnsweredAlready,
    confirm_all_received,
    confirm_received,
    confirm_unanswered,
)
from core.payments.dispute_payment import dispute_payment
from core.payments.models import AttemptStatus
from core.payments.open_attempt import AlreadyPaid, AttemptOpen, WrongPaidAmount
from core.payments.queries import AttemptNotFound
from core.payments.withdraw_claim import withdraw_claim
from core.settlement.lock_distribution import ChangedMeanwhile
from core.settlement.models import IntentStatus
from core.settlement.queries import IntentNotFound
from tests.builders import NOW, WEEK, debt, lock, person, purchase, spending


class TestClaimAndConfirm:
    async def test_settles_the_debt_in_the_ledger_too(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)

        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        assert intent.status == IntentStatus.AWAITING
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        assert (intent.status, intent.paid_minor) == (IntentStatus.SUCCEEDED, 500_00)
        account = debt_payable(debtor.user_id, anna.user_id, intent.purchase_id, intent.currency)
        assert await balance(session, account) == 0
        assert await audit(session) == []

    async def test_leaves_exactly_the_rest_after_a_part(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session, 100_00)
        attempt = await claim_paid(
            session, actor=debtor, intent_id=intent.id, amount_minor=50_00, confirm_within=WEEK, now=NOW
        )
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        assert (intent.status, intent.left_minor) == (IntentStatus.CREATED, 50_00)
        account = debt_payable(debtor.user_id, anna.user_id, intent.purchase_id, intent.currency)
        assert await balance(session, account) == 50_00

    async def test_counts_twice_as_once(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)

        first = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        second = await claim_paid(
            session, actor=debtor, intent_id=intent.id, seen_version=1, confirm_within=WEEK, now=NOW
        )
        assert first.id == second.id
        for _ in range(2):
            await confirm_received(session, actor=anna, attempt_id=first.id, now=NOW)

        assert intent.paid_minor == 500_00
        assert await audit(session) == []

    async def test_refuses_an_old_button_after_a_part_was_paid(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        seen = intent.version
        attempt = await claim_paid(
            session, actor=debtor, intent_id=intent.id, amount_minor=1, confirm_within=WEEK, now=NOW
        )
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        with pytest.raises(ChangedMeanwhile):
            await claim_paid(
                session, actor=debtor, intent_id=intent.id, seen_version=seen, confirm_within=WEEK, now=NOW
            )

    @pytest.mark.parametrize("amount_minor", [-100, 0, 500_01])
    async def test_refuses_an_amount_that_is_not_owed(self, session: AsyncSession, amount_minor: int) -> None:
        debtor, _, intent = await debt(session)

        with pytest.raises(WrongPaidAmount):
            await claim_paid(
                session, actor=debtor, intent_id=intent.id, amount_minor=amount_minor, confirm_within=WEEK, now=NOW
            )

    async def test_refuses_a_second_attempt_while_one_is_open(self, session: AsyncSession) -> None:
        debtor, _, intent = await debt(session)
        await claim_paid(session, actor=debtor, intent_id=intent.id, amount_minor=100, confirm_within=WEEK, now=NOW)

        with pytest.raises(AttemptOpen):
            await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

    async def test_refuses_a_debt_that_is_paid(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        with pytest.raises(AlreadyPaid):
            await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

    async def test_leaves_other_debts_as_they_are(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        await spending(session, anna, dacha, 300)
        mine, other = sorted(await lock(session, anna, dacha), key=lambda debt: debt.payer_id != boris.user_id)
        attempt = await claim_paid(session, actor=boris, intent_id=mine.id, confirm_within=WEEK, now=NOW)

        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        assert (other.status, other.left_minor, other.version) == (IntentStatus.CREATED, 100, 1)


class TestWhoMayAnswer:
    async def test_is_the_payee_and_nobody_else(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        other = await person(session, "Вера")
        with pytest.raises(IntentNotFound):
            await claim_paid(session, actor=anna, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        for actor in (debtor, other):
            with pytest.raises(AttemptNotFound):
                await confirm_received(session, actor=actor, attempt_id=attempt.id, now=NOW)
            with pytest.raises(AttemptNotFound):
                await dispute_payment(session, actor=actor, attempt_id=attempt.id, now=NOW)
        for actor in (anna, other):
            with pytest.raises(AttemptNotFound):
                await withdraw_claim(session, actor=actor, attempt_id=attempt.id, now=NOW)


class TestDisputeAndWithdraw:
    async def test_make_the_debt_payable_again(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        for _ in range(2):
            await dispute_payment(session, actor=anna, attempt_id=attempt.id, now=NOW)

        assert (attempt.status, intent.status, intent.paid_minor) == (AttemptStatus.CANCELED, IntentStatus.CREATED, 0)
        with pytest.raises(AnsweredAlready):
            await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)
        again = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        await withdraw_claim(session, actor=debtor, attempt_id=again.id, now=NOW)
        assert intent.status == IntentStatus.CREATED


class TestConfirmAll:
    async def test_settles_what_waits_for_this_person_only(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        for payer, title in ((anna, "Мясо"), (vera, "Вино")):
            dacha = await purchase(session, payer, boris, title=title)
            await spending(session, payer, dacha, 200)
            [intent] = await lock(session, payer, dacha)
            await claim_paid(session, actor=boris, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        confirmed = await confirm_all_received(session, actor=anna, now=NOW)

        assert [attempt.amount_minor for attempt in confirmed] == [100]
        assert await confirm_all_received(session, actor=anna, now=NOW) == []


class TestConfirmUnanswered:
    async def test_waits_for_the_last_moment_and_happens_once(self, session: AsyncSession) -> None:
        debtor, _, intent = await debt(session)
        await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        await session.flush()

        assert await confirm_unanswered(session, now=NOW + WEEK * 0.99) == 0
        assert await confirm_unanswered(session, now=NOW + WEEK) == 1
        assert await confirm_unanswered(session, now=NOW + WEEK) == 0

        assert intent.status == IntentStatus.SUCCEEDED
        await session.flush()
        names = list(await session.scalars(select(OutboxRow.event_name).order_by(OutboxRow.id)))
        assert names[-2:] == ["payment.confirmed", "purchase.debts_settled"]
