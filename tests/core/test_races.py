"""Two people at the same moment: real commits, and one outcome that makes sense."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.errors import DomainError
from core.ledger.audit import audit
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received, confirm_unanswered
from core.payments.dispute_payment import dispute_payment
from core.payments.models import Attempt
from core.purchases.add_task import add_task
from core.purchases.join_purchase import join_purchase
from core.purchases.models import Participant, Purchase, Task
from core.purchases.take_task import take_task
from core.settlement.lock_distribution import lock_distribution
from core.settlement.models import Intent, Strategy
from core.settlement.unlock_distribution import unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import NOW, WEEK, debt, person, purchase, spending

Act = Callable[[AsyncSession], Awaitable[object]]


async def _at_once(db: Database, *acts: Act) -> list[str]:
    """Carry out acts at the same moment, each in its own transaction, and return how each ended."""

    async def carry_out(act: Act) -> str:
        try:
            async with db.transaction() as session:
                await act(session)
        except DomainError as refusal:
            return type(refusal).__name__
        return "done"

    return list(await asyncio.gather(*(carry_out(act) for act in acts)))


async def _is_right(db: Database) -> bool:
    async with db.transaction() as session:
        return await audit(session) == []


class TestFiftyPeople:
    async def test_join_at_once_and_are_all_counted(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            dacha = await purchase(session, anna)
            guests = [await person(session, f"Гость {number}") for number in range(50)]

        outcomes = await _at_once(
            db,
            *(
                lambda session, guest=guest: join_purchase(session, actor=guest, purchase_id=dacha.id, now=NOW)
                for guest in guests
            ),
        )

        assert outcomes == ["done"] * 50
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Participant)) == 51
            stored = await session.get_one(Purchase, dacha.id)
            assert stored.version == dacha.version + 50

    async def test_take_one_task_at_once_and_one_gets_it(self, db: Database) -> None:
        async with db.transaction() as session:
            people = [await person(session, f"Гость {number}") for number in range(20)]
            dacha = await purchase(session, *people)
            task = await add_task(session, actor=people[0], purchase_id=dacha.id, title="Мясо", now=NOW)

        outcomes = await _at_once(
            db,
            *(
                lambda session, guest=guest: take_task(session, actor=guest, task_id=task.id, now=NOW)
                for guest in people
            ),
        )

        assert sorted(outcomes) == ["AlreadyTaken"] * 19 + ["done"]

    async def test_add_tasks_at_once_and_each_gets_its_own_number(self, db: Database) -> None:
        async with db.transaction() as session:
            people = [await person(session, f"Гость {number}") for number in range(20)]
            dacha = await purchase(session, *people)

        await _at_once(
            db,
            *(
                lambda session, guest=guest: add_task(session, actor=guest, purchase_id=dacha.id, title="Мясо", now=NOW)
                for guest in people
            ),
        )

        async with db.transaction() as session:
            assert sorted(await session.scalars(select(Task.number))) == list(range(1, 21))


class TestLocking:
    async def test_twice_at_once_makes_the_debts_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna, boris = await person(session), await person(session, "Борис")
            dacha = await purchase(session, anna, boris)
            await spending(session, anna, dacha, 1000)

        def lock(session: AsyncSession) -> Awaitable[object]:
            return lock_distribution(
                session, actor=anna, purchase_id=dacha.id, strategy=Strategy.ACCRUALS, due_after=WEEK, now=NOW
            )

        outcomes = await _at_once(db, lock, lock)

        assert sorted(outcomes) == ["AlreadyLocked", "done"]
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Intent)) == 1
        assert await _is_right(db)

    async def test_while_somebody_joins_or_spends_counts_them_wholly_or_not_at_all(self, db: Database) -> None:
        async with db.transaction() as session:
            anna, boris, late = [await person(session, name) for name in ("Анна", "Борис", "Поздно")]
            dacha = await purchase(session, anna, boris)
            await spending(session, anna, dacha, 1000)

        outcomes = await _at_once(
            db,
            lambda session: lock_distribution(
                session, actor=anna, purchase_id=dacha.id, strategy=Strategy.ACCRUALS, due_after=WEEK, now=NOW
            ),
            lambda session: join_purchase(session, actor=late, purchase_id=dacha.id, now=NOW),
            lambda session: spending(session, boris, dacha, 300),
        )

        assert outcomes[0] == "done"
        assert set(outcomes[1:]) <= {"done", "NotActive"}
        async with db.transaction() as session:
            [intent] = await session.scalars(select(Intent))
        assert intent.amount_minor == (350 if outcomes[2] == "done" else 500)
        assert await _is_right(db)


class TestPaying:
    async def test_twice_at_once_opens_one_attempt(self, db: Database) -> None:
        async with db.transaction() as session:
            debtor, _, intent = await debt(session)

        def pay(session: AsyncSession) -> Awaitable[object]:
            return claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        await _at_once(db, *(pay for _ in range(10)))

        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Attempt)) == 1

    async def test_confirmed_by_two_taps_the_clock_and_a_dispute_ends_one_way(self, db: Database) -> None:
        async with db.transaction() as session:
            debtor, anna, intent = await debt(session)
            attempt = await claim_paid(session, actor=debtor, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        await _at_once(
            db,
            lambda session: confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW),
            lambda session: dispute_payment(session, actor=anna, attempt_id=attempt.id, now=NOW),
            lambda session: confirm_unanswered(session, now=NOW + WEEK),
            lambda session: confirm_received(session, actor=anna, attempt_id=attempt.id, now=NOW),
        )

        async with db.transaction() as session:
            stored = await session.get_one(Intent, intent.id)
            ended = await session.get_one(Attempt, attempt.id)
        assert (ended.status, stored.paid_minor) in {("succeeded", 500_00), ("canceled", 0)}
        assert await _is_right(db)

    async def test_while_the_payee_forgives_and_the_organizer_unlocks_keeps_the_book_right(self, db: Database) -> None:
        for _ in range(5):
            async with db.transaction() as session:
                debtor, anna, intent = await debt(session)

            outcomes = await _at_once(
                db,
                lambda session: claim_paid(
                    session,
                    actor=debtor,
                    intent_id=intent.id,
                    confirm_within=WEEK,
                    now=NOW,
                ),
                lambda session: write_off_intent(session, actor=anna, intent_id=intent.id, now=NOW),
                lambda session: unlock_distribution(
                    session,
                    actor=anna,
                    purchase_id=intent.purchase_id,
                    now=NOW,
                ),
            )

            assert outcomes.count("done") == 1
            assert await _is_right(db)
