"""Money under many hands: real commits at the same moment, and nothing that is paid, held or given back twice."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.hold import Wanted, hold_for_orders
from core.accounts.models import Hold
from core.accounts.withdraw import request_withdrawal
from core.db import Database
from core.errors import DomainError
from core.identity.actor import Actor
from core.ids import OrderId
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import sales
from core.ledger.models import Journal
from core.orders.finish_order import cancel_order, finish_orders
from core.orders.models import Order, OrderStatus
from core.orders.pay_from_wallet import pay_from_wallet
from core.outbox.models import OutboxRow
from core.payments.authorize_payment import authorize_payment
from core.payments.claim_paid import claim_paid
from core.payments.confirm_received import confirm_received
from core.payments.models import Attempt, AttemptStatus, NoticeRow
from core.payments.provider import Outcome, PaymentState
from core.payments.provider_calls import claim_call, record_answer
from core.payments.start_attempt import GIVEN_UP, give_up_attempt, start_attempt
from core.payments.take_notice import claim_notice, take_notice
from core.payments.take_payment_state import take_payment_state
from core.settlement.models import Intent
from core.settlement.unlock_distribution import unlock_distribution
from core.settlement.write_off_intent import write_off_intent
from tests.builders import BANK, NO_LIMITS, NOW, WEEK, debt, funded, lock, paid, person, purchase, spending
from tests.core.accounts.makers import finish, order, take
from tests.core.payments.makers import canceled, in_wallet, link, top_up

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


def _wanted(order: Order) -> Wanted:
    return Wanted(order.id, order.user_id, order.amount_minor, order.currency)


def _by_wallet(actor: Actor, intent: Intent) -> Act:
    return lambda session: pay_from_wallet(
        session, actor=actor, intent_id=intent.id, limits=NO_LIMITS, service_fee_basis_points=0, now=NOW
    )


def _by_link(actor: Actor, intent: Intent) -> Act:
    return lambda session: start_attempt(
        session,
        actor=actor,
        intent_id=intent.id,
        provider=BANK,
        limits=NO_LIMITS,
        service_fee_basis_points=0,
        now=NOW,
    )


class TestOrders:
    async def test_r02_r25_asked_for_by_two_hundred_messages_are_debited_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            placed = await order(session, anna, 300_00)

        await _at_once(db, *[lambda session: hold_for_orders(session, [_wanted(placed)], now=NOW) for _ in range(200)])

        async with db.transaction() as session:
            assert await in_wallet(session, anna) == 200_00
            told = select(func.count()).where(OutboxRow.event_name == "account.money_held")
            assert await session.scalar(told) == 200
        assert await _is_right(db)

    @pytest.mark.parametrize("together", [1, 10])
    async def test_r25_of_two_hundred_take_exactly_what_there_is(self, db: Database, together: int) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 100_00)
            orders = [await order(session, anna, 1_00) for _ in range(200)]
        batches = [orders[start : start + together] for start in range(0, len(orders), together)]

        def hold(batch: Sequence[Order]) -> Act:
            return lambda session: hold_for_orders(session, [_wanted(each) for each in batch], now=NOW)

        await _at_once(db, *(hold(batch) for batch in batches))

        async with db.transaction() as session:
            held = set(await session.scalars(select(Hold.order_id).where(Hold.status == "held")))
            refused = set(await session.scalars(select(Hold.order_id).where(Hold.status == "refused")))
            assert (len(held), len(refused), await in_wallet(session, anna)) == (100, 100, 0)
        assert await _is_right(db)

        async def cancel(session: AsyncSession) -> None:
            for order_id in sorted(refused):
                await cancel_order(session, order_id=order_id, reason="not_enough_money", now=NOW)

        finishing = [list(held)[start::5] for start in range(5)]
        await _at_once(
            db, cancel, *(lambda session, some=some: finish_orders(session, some, now=NOW) for some in finishing)
        )

        async with db.transaction() as session:
            assert await balance(session, sales("RUB", anna.user_id)) == 100_00
            rows = await session.execute(select(Order.status, func.count()).group_by(Order.status))
            assert dict(iter(rows)) == {"finished": 100, "cancelled": 100}  # R29: every order ends
        assert await _is_right(db)

    async def test_c55_finished_and_cancelled_at_once_end_one_way(self, db: Database) -> None:
        for _ in range(5):
            async with db.transaction() as session:
                anna = await funded(session, 300_00)
                placed = await order(session, anna)
                await take(session, placed)

            finishing: Act = lambda session: finish(session, placed)  # noqa: E731
            cancelling: Act = lambda session: cancel_order(  # noqa: E731
                session, order_id=placed.id, reason="no_more_wanted", now=NOW
            )
            outcomes = await _at_once(db, *[finishing, cancelling] * 5)

            assert outcomes == ["done"] * 10
            async with db.transaction() as session:
                stored = await session.get_one(Order, placed.id)
                assert await in_wallet(session, anna) == (0 if stored.status == OrderStatus.FINISHED else 300_00)
            assert await _is_right(db)

    async def test_cancelled_while_their_money_is_held_get_it_back(self, db: Database) -> None:
        for _ in range(5):
            async with db.transaction() as session:
                anna = await funded(session, 300_00)
                placed = await order(session, anna)

            await _at_once(
                db,
                lambda session: take(session, placed),
                lambda session: cancel_order(session, order_id=placed.id, reason="no_more_wanted", now=NOW),
            )
            async with db.transaction() as session:
                await finish(session, placed)

            async with db.transaction() as session:
                assert await in_wallet(session, anna) == 300_00
            assert await _is_right(db)

    async def test_and_withdrawals_share_one_wallet_and_never_overdraw_it(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 10_00)
            orders = [await order(session, anna, 1_00) for _ in range(20)]

        def withdraw(session: AsyncSession) -> Awaitable[object]:
            return request_withdrawal(
                session, actor=anna, amount_minor=1_00, currency="RUB", destination="карта", limits=NO_LIMITS, now=NOW
            )

        def hold(placed: Order) -> Act:
            return lambda session: take(session, placed)

        outcomes = await _at_once(db, *(hold(each) for each in orders), *[withdraw] * 20)

        async with db.transaction() as session:
            held = await session.scalar(select(func.count()).select_from(Hold).where(Hold.status == "held"))
            assert (held or 0) + outcomes[20:].count("done") == 10
            assert await in_wallet(session, anna) == 0
        assert set(outcomes[20:]) <= {"done", "NotEnoughMoney"}
        assert await _is_right(db)

    async def test_that_pay_many_debts_never_wait_in_a_circle_for_links_that_pay_others(self, db: Database) -> None:
        """One payee of many purchases: a batch of orders holds purchase after purchase and the one wallet."""
        async with db.transaction() as session:
            payee, payers, states = await person(session, "Анна"), [], []
            order_ids: list[OrderId] = []
            for number in range(24):
                payer = await person(session, f"Гость {number}")
                dacha = await purchase(session, payee, payer)
                await spending(session, payee, dacha, 2_00)
                [intent] = await lock(session, payee, dacha)
                payers.append(payer)
                if number % 2:
                    states.append(paid(await link(session, payer, intent)))
                    continue
                await funded(session, 1_00, actor=payer)
                await _by_wallet(payer, intent)(session)
                await session.flush()
            for placed in (await session.scalars(select(Order))).all():
                await take(session, placed)
                order_ids.append(placed.id)

        def finish_in(order_ids: Sequence[OrderId]) -> Act:
            return lambda session: finish_orders(session, order_ids, now=NOW)

        def pay_by_links(states: Sequence[PaymentState]) -> Act:
            async def act(session: AsyncSession) -> None:
                for state in states:
                    await take_payment_state(session, provider=BANK, state=state, now=NOW)

            return act

        await _at_once(
            db,
            finish_in(order_ids),
            finish_in(order_ids[::-1]),
            *(pay_by_links([state]) for state in states),
        )

        async with db.transaction() as session:
            assert await in_wallet(session, payee) == 24_00
        assert await _is_right(db)


class TestPayingADebt:
    async def test_by_wallet_by_link_and_by_hand_at_once_opens_one_attempt(self, db: Database) -> None:
        async with db.transaction() as session:
            payer, _, intent = await debt(session, 300_00)
            await funded(session, 300_00, actor=payer)

        def by_hand(session: AsyncSession) -> Awaitable[object]:
            return claim_paid(session, actor=payer, intent_id=intent.id, confirm_within=WEEK, now=NOW)

        outcomes = await _at_once(db, *[_by_wallet(payer, intent), _by_link(payer, intent), by_hand] * 4)

        assert sorted(outcomes) == ["AttemptOpen"] * 8 + ["done"] * 4
        async with db.transaction() as session:
            of_debt = select(func.count()).select_from(Attempt).where(Attempt.intent_id == intent.id)
            assert await session.scalar(of_debt) == 1
        assert await _is_right(db)

    async def test_while_the_payee_forgives_and_the_organizer_unlocks_does_one_of_them(self, db: Database) -> None:
        for by in (_by_wallet, _by_link):
            async with db.transaction() as session:
                payer, payee, intent = await debt(session, 300_00)
                await funded(session, 300_00, actor=payer)

            outcomes = await _at_once(
                db,
                by(payer, intent),
                lambda session: write_off_intent(session, actor=payee, intent_id=intent.id, now=NOW),
                lambda session: unlock_distribution(session, actor=payee, purchase_id=intent.purchase_id, now=NOW),
            )

            assert outcomes.count("done") == 1
            assert await _is_right(db)

    async def test_c60_by_a_link_that_is_given_up_canceled_and_paid_at_once_credits_one_wallet(
        self, db: Database
    ) -> None:
        for _ in range(5):
            async with db.transaction() as session:
                payer, payee, intent = await debt(session, 300_00)
                attempt = await link(session, payer, intent)
            state = paid(attempt, payment_id=f"payment of {attempt.id}")

            await _at_once(
                db,
                *[lambda session: take_payment_state(session, provider=BANK, state=state, now=NOW)] * 5,
                lambda session: give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW),
                lambda session: take_payment_state(session, provider=BANK, state=canceled(attempt), now=NOW),
            )

            async with db.transaction() as session:
                stored = await session.get_one(Attempt, attempt.id)
                wallets = (await in_wallet(session, payer), await in_wallet(session, payee))
            assert wallets == ((0, 300_00) if stored.status == AttemptStatus.SUCCEEDED else (300_00, 0))
            assert await _is_right(db)

    async def test_confirmed_by_hand_while_the_link_before_it_is_paid_after_all_counts_once(self, db: Database) -> None:
        for _ in range(5):
            async with db.transaction() as session:
                payer, payee, intent = await debt(session, 300_00)
                given_up = await link(session, payer, intent)
                await give_up_attempt(session, actor=payer, attempt_id=given_up.id, now=NOW)
                claim = await claim_paid(session, actor=payer, intent_id=intent.id, confirm_within=WEEK, now=NOW)
            state = paid(given_up)

            await _at_once(
                db,
                lambda session: take_payment_state(session, provider=BANK, state=state, now=NOW),
                lambda session: confirm_received(session, actor=payee, attempt_id=claim.id, now=NOW),
            )

            async with db.transaction() as session:
                stored = await session.get_one(Intent, intent.id)
                assert (stored.paid_minor, await in_wallet(session, payer)) == (300_00, 300_00)
            assert await _is_right(db)

    async def test_in_telegram_by_two_screens_at_once_passes_one_and_cannot_be_given_up_meanwhile(
        self, db: Database
    ) -> None:
        async with db.transaction() as session:
            payer, _, intent = await debt(session, 300_00)
            attempt = await link(session, payer, intent)

        def check_out(query_id: str) -> Act:
            return lambda session: authorize_payment(
                session,
                actor=payer,
                attempt_id=attempt.id,
                provider=BANK,
                amount_minor=300_00,
                currency="RUB",
                query_id=query_id,
                now=NOW,
            )

        outcomes = await _at_once(
            db,
            *(check_out(str(number)) for number in range(10)),
            lambda session: give_up_attempt(session, actor=payer, attempt_id=attempt.id, now=NOW),
        )

        async with db.transaction() as session:
            stored = await session.get_one(Attempt, attempt.id)
        assert outcomes[:10].count("done") == (0 if stored.reason == GIVEN_UP else 1)
        assert outcomes[10] == ("done" if stored.reason == GIVEN_UP else "TooLateToCancel")


class TestWorkers:
    async def test_two_that_work_off_the_same_calls_settle_each_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            attempts = [await top_up(session, anna, 1_00) for _ in range(5)]
        asked: list[Any] = []

        async def work() -> None:
            while True:
                async with db.transaction() as session:
                    call = await claim_call(session, providers=[BANK], return_url="", now=NOW)
                if call is None:
                    return
                asked.append(call.attempt_id)
                state = PaymentState(Outcome.SUCCEEDED, f"payment of {call.attempt_id}", amount=call.request.amount)
                async with db.transaction() as session:
                    await record_answer(session, call, state, now=NOW)

        await asyncio.gather(*(work() for _ in range(4)))

        assert sorted(asked) == sorted(attempt.id for attempt in attempts)
        async with db.transaction() as session:
            assert await in_wallet(session, anna) == 5_00
        assert await _is_right(db)

    async def test_two_that_act_on_notices_of_one_payment_settle_it_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            state = paid(await top_up(session, anna, 5_00))
            for number in range(20):
                session.add(
                    NoticeRow(
                        provider=BANK,
                        dedup_key=str(number),
                        event="payment.succeeded",
                        key_id="",
                        raw=b"",
                        headers={},
                        query={},
                        peer="",
                        next_try_at=NOW,
                        received_at=NOW,
                    )
                )

        async def work() -> int:
            done = 0
            while True:
                async with db.transaction() as session:
                    due = await claim_notice(session, providers=[BANK], now=NOW)
                if due is None:
                    return done
                async with db.transaction() as session:
                    done += await take_notice(session, due, payment=state, now=NOW) == "done"

        assert sum(await asyncio.gather(*(work() for _ in range(4)))) == 20
        async with db.transaction() as session:
            assert await in_wallet(session, anna) == 5_00
            assert await session.scalar(select(func.count()).where(Journal.kind == "top_up")) == 1
        assert await _is_right(db)


class Crash(Exception):
    """The process dies before it commits."""


class TestACrash:
    async def test_r24_before_the_commit_leaves_neither_the_order_nor_its_event(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
            before = await session.scalar(select(func.count()).select_from(OutboxRow))

        with pytest.raises(Crash):
            async with db.transaction() as session:
                await order(session, anna)
                raise Crash

        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Order)) == 0
            assert await session.scalar(select(func.count()).select_from(OutboxRow)) == before

    async def test_r25_after_each_step_and_the_step_again_pays_once(self, db: Database) -> None:
        async with db.transaction() as session:
            payer, payee, intent = await debt(session, 300_00)
            await funded(session, 300_00, actor=payer)

        async def placed(session: AsyncSession) -> Order:
            return (await session.scalars(select(Order))).one()

        steps: list[Act] = [
            _by_wallet(payer, intent),
            lambda session: _then(placed(session), lambda each: take(session, each)),
            lambda session: _then(placed(session), lambda each: finish(session, each)),
        ]
        for step in steps:
            for dies in (True, False, False):  # the last one is the same message once more
                with contextlib.suppress(Crash, DomainError):
                    async with db.transaction() as session:
                        await step(session)
                        if dies:
                            raise Crash
                assert await _is_right(db)

        async with db.transaction() as session:
            assert (await in_wallet(session, payer), await in_wallet(session, payee)) == (0, 300_00)

    async def test_r20_result_that_overtakes_its_order_comes_again(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 500_00)
        with pytest.raises(Crash):
            async with db.transaction() as session:
                lost = await order(session, anna)
                raise Crash

        with pytest.raises(AssertionError):
            async with db.transaction() as session:
                await finish_orders(session, [lost.id], now=NOW)


async def _then(found: Awaitable[Order], act: Callable[[Order], Awaitable[object]]) -> object:
    return await act(await found)
