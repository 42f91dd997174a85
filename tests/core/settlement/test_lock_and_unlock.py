"""Locking turns shares into debts in the ledger, and unlocking takes them back."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.audit import audit
from core.money import MINOR_MAX, AmountTooLarge
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.dispute_payment import dispute_payment
from core.purchases.add_task import add_task
from core.purchases.join_purchase import join_purchase
from core.purchases.models import PurchaseStatus, TaskStatus
from core.purchases.rules import NotActive, NotTheOrganizer
from core.purchases.shares import Equal
from core.settlement.close_purchase import AlreadyClosed, DebtsOpen, close_purchase
from core.settlement.explain_intent import explain_intent
from core.settlement.lock_distribution import (
    AlreadyLocked,
    ChangedMeanwhile,
    NothingDone,
    TasksUnfinished,
    TooFewParticipants,
    lock_distribution,
)
from core.settlement.models import IntentStatus, Strategy
from core.settlement.preview_distribution import preview_distribution
from core.settlement.unlock_distribution import NotLocked, PaymentsBegan, unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import NOW, WEEK, debt, lock, person, purchase, spending


class TestLockDistribution:
    async def test_lets_the_author_carry_their_own_share(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        await spending(session, anna, dacha, 300_00)

        intents = await lock(session, anna, dacha)

        owed = {(intent.payer_id, intent.payee_id): intent.amount_minor for intent in intents}
        assert owed == {(boris.user_id, anna.user_id): 100_00, (vera.user_id, anna.user_id): 100_00}
        assert await audit(session) == []

    async def test_lets_a_payer_who_shares_nothing_get_all_back(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        await spending(session, anna, dacha, 300_00, split=Equal((boris.user_id, vera.user_id)))

        intents = await lock(session, anna, dacha)

        assert sorted(intent.amount_minor for intent in intents) == [150_00, 150_00]

    async def test_sums_and_nets_each_pair_into_one_debt(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        for cost in (100_00, 200_00):
            await spending(session, anna, dacha, cost)
        await spending(session, boris, dacha, 80_00)

        [intent] = await lock(session, anna, dacha)

        assert (intent.payer_id, intent.amount_minor) == (boris.user_id, 110_00)

    async def test_refuses_until_the_purchase_is_ready(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna)
        with pytest.raises(TooFewParticipants):
            await lock(session, anna, dacha)
        await join_purchase(session, actor=boris, purchase_id=dacha.id, now=NOW)
        with pytest.raises(NothingDone):
            await lock(session, anna, dacha)
        with pytest.raises(NotTheOrganizer):
            await lock(session, boris, dacha)

    async def test_drops_unfinished_tasks_only_when_told_to(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 100)
        task = await add_task(session, actor=boris, purchase_id=dacha.id, title="Угли", now=NOW)

        with pytest.raises(TasksUnfinished) as refusal:
            await lock(session, anna, dacha)
        assert refusal.value.params == {"titles": "Угли"}
        await lock_distribution(
            session,
            actor=anna,
            purchase_id=dacha.id,
            strategy=Strategy.ACCRUALS,
            due_after=WEEK,
            drop_unfinished=True,
            now=NOW,
        )

        assert task.status == TaskStatus.VOID

    async def test_refuses_what_the_organizer_did_not_see(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 100)
        seen = (await preview_distribution(session, actor=anna, purchase_id=dacha.id)).purchase.version
        await spending(session, boris, dacha, 500)

        with pytest.raises(ChangedMeanwhile):
            await lock_distribution(
                session,
                actor=anna,
                purchase_id=dacha.id,
                strategy=Strategy.ACCRUALS,
                due_after=WEEK,
                seen_version=seen,
                now=NOW,
            )

    async def test_fixes_everything_that_is_in_the_purchase(self, session: AsyncSession) -> None:
        _, anna, intent = await debt(session)
        late = await person(session, "Опоздавший")

        with pytest.raises(NotActive):
            await join_purchase(session, actor=late, purchase_id=intent.purchase_id, now=NOW)
        with pytest.raises(AlreadyLocked):
            await lock_distribution(
                session,
                actor=anna,
                purchase_id=intent.purchase_id,
                strategy=Strategy.ACCRUALS,
                due_after=WEEK,
                now=NOW,
            )

    async def test_refuses_a_debt_above_what_one_operation_may_move(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        for _ in range(3):
            await spending(session, anna, dacha, MINOR_MAX)

        with pytest.raises(AmountTooLarge):
            await lock(session, anna, dacha)

    async def test_makes_no_debt_of_nothing(self, session: AsyncSession) -> None:
        people = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, *people)
        await spending(session, people[0], dacha, 1)

        intents = await lock(session, people[0], dacha)

        assert all(intent.amount_minor > 0 for intent in intents)
        assert len(intents) <= 1

    async def test_can_be_closed_at_once_where_nobody_owes(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session, "Борис")
        dacha = await purchase(session, anna, boris)
        await spending(session, anna, dacha, 100)
        await spending(session, boris, dacha, 100)

        assert await lock(session, anna, dacha) == []
        closed = await close_purchase(session, actor=anna, purchase_id=dacha.id, now=NOW)

        assert closed.status == PurchaseStatus.CLOSED


class TestStrategies:
    async def test_differ_in_transfers_but_never_in_anybodys_net(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        await spending(session, anna, dacha, 100_00, split=Equal((boris.user_id,)))
        await spending(session, boris, dacha, 100_00, split=Equal((vera.user_id,)))

        distribution = await preview_distribution(session, actor=anna, purchase_id=dacha.id)

        assert len(distribution.transfers(Strategy.ACCRUALS)) == 2
        assert len(distribution.transfers(Strategy.MINIMAL)) == 1
        for strategy in Strategy:
            nets = dict.fromkeys(distribution.nets, 0)
            for transfer in distribution.transfers(strategy):
                nets[transfer.payee_id] += transfer.amount_minor
                nets[transfer.payer_id] -= transfer.amount_minor
            assert nets == distribution.nets


class TestExplainIntent:
    async def test_names_task_cost_share_and_the_extra_unit(self, session: AsyncSession) -> None:
        anna, boris, vera = [await person(session, name) for name in ("Анна", "Борис", "Вера")]
        dacha = await purchase(session, anna, boris, vera)
        await spending(session, anna, dacha, 100_00, title="Мясо")
        intents = await lock(session, anna, dacha)

        for intent in intents:
            debtor = boris if intent.payer_id == boris.user_id else vera
            explanation = await explain_intent(session, actor=debtor, intent_id=intent.id)

            [reason] = explanation.reasons
            assert reason.task.title == "Мясо"
            assert reason.paid == {anna.user_id: 100_00}
            assert reason.share_minor == reason.counts_minor == intent.amount_minor
            assert explanation.total_minor == intent.amount_minor
            assert len(reason.extra_user_ids) == 1
            assert (debtor.user_id in reason.extra_user_ids) == (intent.amount_minor == 33_34)


class TestUnlockDistribution:
    async def test_cancels_the_debts_in_the_ledger_too(self, session: AsyncSession) -> None:
        _, anna, intent = await debt(session)

        await unlock_distribution(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)

        assert intent.status == IntentStatus.CANCELED
        assert await audit(session) == []
        again = await lock_distribution(
            session,
            actor=anna,
            purchase_id=intent.purchase_id,
            strategy=Strategy.ACCRUALS,
            due_after=WEEK,
            now=NOW,
        )
        assert [intent.amount_minor for intent in again] == [500_00]
        assert await audit(session) == []

    async def test_is_refused_once_somebody_pays(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        with pytest.raises(PaymentsBegan):
            await unlock_distribution(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)

        await dispute_payment(session, actor=anna, attempt_id=attempt.id, now=NOW)
        await unlock_distribution(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)

        with pytest.raises(NotLocked):
            await unlock_distribution(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)


class TestClosePurchase:
    async def test_waits_for_every_debt_and_happens_once(self, session: AsyncSession) -> None:
        debtor, anna, intent = await debt(session)
        with pytest.raises(DebtsOpen):
            await close_purchase(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)
        attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)
        await confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW)

        await close_purchase(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)

        with pytest.raises(AlreadyClosed):
            await close_purchase(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)
        with pytest.raises(NotLocked):
            await unlock_distribution(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)


class TestWriteOffIntent:
    async def test_settles_without_money(self, session: AsyncSession) -> None:
        _, anna, intent = await debt(session)

        await write_off_intent(session, actor=anna, intent_id=intent.id, now=NOW + timedelta(days=1))

        assert (intent.status, intent.paid_minor, intent.left_minor) == (IntentStatus.SUCCEEDED, 0, 0)
        assert await audit(session) == []
        await close_purchase(session, actor=anna, purchase_id=intent.purchase_id, now=NOW)
