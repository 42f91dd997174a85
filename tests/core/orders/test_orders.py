"""Orders: placed, paid from the wallet once, finished or cancelled, and never changed after that."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.accounts.hold import Wanted, capture, hold_for_orders, void
from core.accounts.limits import AboveDailyLimit, AboveOperationLimit
from core.accounts.models import Hold
from core.accounts.withdraw import WrongAmount
from core.identity.actor import Actor
from core.ids import OrderId
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import escrow, sales, wallet
from core.ledger.post import KeyReusedWithOtherLegs, NotEnoughMoney
from core.orders.finish_order import cancel_order, finish_orders
from core.orders.models import Order, OrderStatus
from core.orders.pay_from_wallet import pay_from_wallet
from core.orders.place_order import WrongDescription, place_order
from core.orders.queries import unfinished_orders
from core.outbox.models import OutboxRow
from core.payments.models import AttemptStatus
from core.payments.open_attempt import AttemptOpen
from core.settlement.models import IntentStatus
from tests.builders import LIMITS, NOW, debt, funded, person


async def _order(session: AsyncSession, actor: Actor, amount_minor: int = 300_00) -> Order:
    return await place_order(
        session, actor=actor, amount_minor=amount_minor, currency="RUB", description="Торт", limits=LIMITS, now=NOW
    )


async def _take(session: AsyncSession, order: Order) -> Hold:
    wanted = Wanted(order.id, order.user_id, order.amount_minor, order.currency)
    [hold] = await hold_for_orders(session, [wanted], now=NOW)
    return hold


async def _told(session: AsyncSession, order: Order) -> list[str]:
    events = select(OutboxRow.event_name).where(OutboxRow.aggregate_id == order.id).order_by(OutboxRow.id)
    return list(await session.scalars(events))


class TestOrder:
    async def test_is_new_and_told_in_one_transaction_and_moves_no_money_yet(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)

        order = await _order(session, anna)

        assert order.status == OrderStatus.NEW
        assert await _told(session, order) == ["order.placed"]
        assert await balance(session, wallet(anna.user_id, "RUB")) == 500_00

    async def test_is_finished_when_its_money_is_held_and_passed_on(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)

        await _take(session, order)
        assert await balance(session, escrow(order.id, "RUB")) == 300_00
        await finish_orders(session, [order.id], now=NOW)

        assert order.status == OrderStatus.FINISHED
        assert await balance(session, wallet(anna.user_id, "RUB")) == 200_00
        assert await balance(session, sales("RUB", anna.user_id)) == 300_00
        assert await _told(session, order) == ["order.placed", "account.money_held", "order.finished"]
        assert await audit(session) == []

    async def test_is_cancelled_with_the_reason_where_the_money_is_short(self, session: AsyncSession) -> None:
        anna = await funded(session, 299_99)
        order = await _order(session, anna)

        hold = await _take(session, order)
        assert (hold.status, hold.reason) == ("refused", "not_enough_money")
        await cancel_order(session, order_id=order.id, reason="not_enough_money", now=NOW)

        assert (order.status, order.reason) == (OrderStatus.CANCELLED, "not_enough_money")
        assert await balance(session, wallet(anna.user_id, "RUB")) == 299_99
        assert await audit(session) == []

    @pytest.mark.parametrize("amount_minor", [0, -1, -1000, 10**12 + 1])
    async def test_r01_of_no_real_amount_is_refused(self, session: AsyncSession, amount_minor: int) -> None:
        anna = await funded(session, 500_00)

        with pytest.raises(WrongAmount):
            await _order(session, anna, amount_minor)

    async def test_r01_of_a_negative_amount_is_refused_by_the_database_too(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)
        await session.flush()

        for table in ("orders.orders SET amount_minor", "accounts.holds SET amount_minor"):
            await _take(session, order)
            with pytest.raises(IntegrityError):
                async with session.begin_nested():
                    await session.execute(text(f"UPDATE {table} = -1"))

    async def test_r02_is_debited_once_whatever_message_asks_and_the_first_result_is_told_again(
        self, session: AsyncSession
    ) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)

        for _ in range(3):
            await _take(session, order)

        assert await balance(session, wallet(anna.user_id, "RUB")) == 200_00
        assert await _told(session, order) == ["order.placed", *["account.money_held"] * 3]

    async def test_r02_once_refused_stays_refused_though_money_came_since(self, session: AsyncSession) -> None:
        anna = await funded(session, 1_00)
        order = await _order(session, anna)
        await _take(session, order)

        await funded(session, 1000_00, actor=anna)
        hold = await _take(session, order)

        assert hold.status == "refused"
        assert await balance(session, wallet(anna.user_id, "RUB")) == 1001_00

    async def test_r03_never_changes_once_it_is_final(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)
        await _take(session, order)
        await finish_orders(session, [order.id], now=NOW)

        await cancel_order(session, order_id=order.id, reason="not_enough_money", now=NOW)
        await finish_orders(session, [order.id], now=NOW)

        assert order.status == OrderStatus.FINISHED
        with pytest.raises(IntegrityError, match="is final"):
            async with session.begin_nested():
                await session.execute(text("UPDATE orders.orders SET status = 'cancelled', reason = 'x'"))
        assert await audit(session) == []

    async def test_r20_result_for_an_order_that_is_not_there_yet_is_not_swallowed(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)
        await _take(session, order)

        with pytest.raises(AssertionError):
            await finish_orders(session, [OrderId(anna.user_id)], now=NOW)

    async def test_r29_that_did_not_end_in_time_is_reported_and_one_that_ended_is_not(
        self, session: AsyncSession
    ) -> None:
        anna = await funded(session, 500_00)
        stuck, ended = await _order(session, anna), await _order(session, anna, 1_00)
        await _take(session, ended)
        await finish_orders(session, [ended.id], now=NOW)
        late = NOW + timedelta(minutes=5)

        assert await unfinished_orders(session, older_than=timedelta(minutes=5), now=late) == []
        later = late + timedelta(seconds=1)
        assert await unfinished_orders(session, older_than=timedelta(minutes=5), now=later) == [stuck.id]

    async def test_that_was_cancelled_before_its_money_was_held_gives_it_back(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)

        await cancel_order(session, order_id=order.id, reason="no_more_wanted", now=NOW)
        await _take(session, order)
        await finish_orders(session, [order.id], now=NOW)

        assert order.status == OrderStatus.CANCELLED
        assert await balance(session, wallet(anna.user_id, "RUB")) == 500_00
        assert await audit(session) == []

    async def test_c55_is_captured_or_voided_and_never_both(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        order = await _order(session, anna)
        await _take(session, order)
        await capture(session, {order.id: {sales("RUB", anna.user_id): 300_00}}, now=NOW)

        with pytest.raises(KeyReusedWithOtherLegs):
            async with session.begin_nested():
                await void(session, order_id=order.id, now=NOW)

        assert await balance(session, wallet(anna.user_id, "RUB")) == 200_00

    async def test_c56_has_money_of_its_own_beside_other_orders(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)
        orders = [await _order(session, anna, 100_00) for _ in range(5)]

        for order in orders:
            await _take(session, order)
        await cancel_order(session, order_id=orders[2].id, reason="no_more_wanted", now=NOW)

        held = [await balance(session, escrow(order.id, "RUB")) for order in orders]
        assert held == [100_00, 100_00, 0, 100_00, 100_00]

    async def test_needs_a_description_of_some_length(self, session: AsyncSession) -> None:
        anna = await funded(session, 500_00)

        for description in ("", " \n ", "\x00", "\ud800", "я" * 201):
            with pytest.raises(WrongDescription):
                await place_order(
                    session,
                    actor=anna,
                    amount_minor=1,
                    currency="RUB",
                    description=description,
                    limits=LIMITS,
                    now=NOW,
                )

    async def test_keeps_to_the_limits_of_one_operation_and_of_a_day(self, session: AsyncSession) -> None:
        anna = await person(session)

        with pytest.raises(AboveOperationLimit):
            await _order(session, anna, LIMITS.operation * 100 + 1)
        for _ in range(LIMITS.day // LIMITS.operation):
            await _order(session, anna, LIMITS.operation * 100)
        with pytest.raises(AboveDailyLimit):
            await _order(session, anna, 1)


class TestPayingADebtFromTheWallet:
    async def test_passes_the_money_to_the_payee_and_settles_the_debt(self, session: AsyncSession) -> None:
        boris, anna, intent = await debt(session, 300_00)
        await funded(session, 500_00, actor=boris)

        attempt = await pay_from_wallet(
            session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=0, now=NOW
        )
        assert intent.status == IntentStatus.AWAITING
        order = (await session.scalars(select(Order))).one()
        await _take(session, order)
        await finish_orders(session, [order.id], now=NOW)

        assert attempt.status == AttemptStatus.SUCCEEDED
        assert (intent.status, intent.left_minor) == (IntentStatus.SUCCEEDED, 0)
        assert await balance(session, wallet(boris.user_id, "RUB")) == 200_00
        assert await balance(session, wallet(anna.user_id, "RUB")) == 300_00
        assert await audit(session) == []

    async def test_leaves_the_rest_after_a_part(self, session: AsyncSession) -> None:
        boris, _, intent = await debt(session, 300_00)
        await funded(session, 500_00, actor=boris)

        await pay_from_wallet(
            session,
            actor=boris,
            intent_id=intent.id,
            amount_minor=100_00,
            limits=LIMITS,
            service_fee_basis_points=0,
            now=NOW,
        )
        order = (await session.scalars(select(Order))).one()
        await _take(session, order)
        await finish_orders(session, [order.id], now=NOW)

        assert (intent.status, intent.left_minor) == (IntentStatus.CREATED, 200_00)
        assert await audit(session) == []

    async def test_is_refused_at_once_where_the_wallet_plainly_has_less(self, session: AsyncSession) -> None:
        boris, _, intent = await debt(session, 300_00)
        await funded(session, 299_99, actor=boris)

        with pytest.raises(NotEnoughMoney):
            await pay_from_wallet(
                session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=0, now=NOW
            )

    async def test_makes_the_debt_payable_again_where_the_money_went_meanwhile(self, session: AsyncSession) -> None:
        boris, _, intent = await debt(session, 300_00)
        await funded(session, 300_00, actor=boris)
        attempt = await pay_from_wallet(
            session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=0, now=NOW
        )
        other = await _order(session, boris, 1_00)
        await _take(session, other)
        order = (await session.scalars(select(Order).where(Order.attempt_id == attempt.id))).one()

        hold = await _take(session, order)
        assert hold.reason is not None
        await cancel_order(session, order_id=order.id, reason=hold.reason, now=NOW)

        assert (attempt.status, attempt.reason) == (AttemptStatus.CANCELED, "not_enough_money")
        assert intent.status == IntentStatus.CREATED
        assert await audit(session) == []

    async def test_twice_is_the_same_as_once_and_another_amount_is_refused(self, session: AsyncSession) -> None:
        boris, _, intent = await debt(session, 300_00)
        await funded(session, 900_00, actor=boris)
        first = await pay_from_wallet(
            session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=0, now=NOW
        )

        second = await pay_from_wallet(
            session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=0, now=NOW
        )
        assert first.id == second.id
        with pytest.raises(AttemptOpen):
            await pay_from_wallet(
                session,
                actor=boris,
                intent_id=intent.id,
                amount_minor=1,
                limits=LIMITS,
                service_fee_basis_points=0,
                now=NOW,
            )
        assert len((await session.scalars(select(Order))).all()) == 1

    async def test_leaves_the_house_its_fee_and_the_payee_the_rest(self, session: AsyncSession) -> None:
        boris, anna, intent = await debt(session, 300_00)
        await funded(session, 300_00, actor=boris)

        attempt = await pay_from_wallet(
            session, actor=boris, intent_id=intent.id, limits=LIMITS, service_fee_basis_points=150, now=NOW
        )
        order = (await session.scalars(select(Order))).one()
        await _take(session, order)
        await finish_orders(session, [order.id], now=NOW)

        assert attempt.service_fee_minor == 4_50
        assert await balance(session, wallet(anna.user_id, "RUB")) == 295_50
        assert intent.left_minor == 0
        assert await audit(session) == []


def test_the_result_of_a_hold_is_told_by_events_of_the_order() -> None:
    assert {MoneyHeld.aggregate, HoldRefused.aggregate} == {"order_id"}
