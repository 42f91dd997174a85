"""Wallets: opened once, with a statement that adds up, limits that hold, and withdrawals that end one way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.limits import AboveDailyLimit, AboveOperationLimit, Limits, count_against_limits
from core.accounts.models import DailyTotal, Withdrawal, WithdrawalStatus
from core.accounts.open_account import AccountExists, open_account
from core.accounts.statement import statement, wallets_of
from core.accounts.withdraw import (
    DESTINATION_LENGTH_MAX,
    NoDestination,
    WithdrawalNotFound,
    WithdrawalSettledAlready,
    WrongAmount,
    request_withdrawal,
    settle_withdrawal,
)
from core.db import Database
from core.errors import DomainError
from core.identity.actor import Actor
from core.ids import WithdrawalId, new_id
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import bank, escrow
from core.ledger.models import Account
from core.ledger.post import NotEnoughMoney
from core.money import MINOR_MAX, Money, UnknownCurrency
from core.outbox.models import OutboxRow
from core.payments.models import Attempt
from core.payments.take_payment_state import take_payment_state
from tests.builders import BANK, NO_LIMITS, NOW, funded, paid, person
from tests.core.accounts.makers import finish, order, take
from tests.core.payments.makers import in_wallet, top_up

Act = Callable[[AsyncSession], Awaitable[object]]
TOMORROW = NOW + timedelta(days=1)


async def _withdraw(
    session: AsyncSession,
    actor: Actor,
    amount_minor: int,
    *,
    currency: str = "RUB",
    destination: str = "2200 0000 0000 0000",
    limits: Limits = NO_LIMITS,
    now: datetime = NOW,
) -> Withdrawal:
    return await request_withdrawal(
        session,
        actor=actor,
        amount_minor=amount_minor,
        currency=currency,
        destination=destination,
        limits=limits,
        now=now,
    )


async def _at_once(db: Database, *acts: Act) -> list[str]:
    async def carry_out(act: Act) -> str:
        try:
            async with db.transaction() as session:
                await act(session)
        except DomainError as refusal:
            return type(refusal).__name__
        return "done"

    return list(await asyncio.gather(*(carry_out(act) for act in acts)))


class TestAWallet:
    async def test_r13_is_opened_once(self, session: AsyncSession) -> None:
        anna = await person(session)

        await open_account(session, actor=anna, currency="RUB")
        with pytest.raises(AccountExists):
            await open_account(session, actor=anna, currency="RUB")
        await open_account(session, actor=anna, currency="USD")

        assert await wallets_of(session, anna.user_id) == [Money(0, "RUB"), Money(0, "USD")]

    async def test_r13_is_opened_once_by_sixty_four_at_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)

        outcomes = await _at_once(
            db, *[lambda session: open_account(session, actor=anna, currency="RUB") for _ in range(64)]
        )

        assert sorted(outcomes) == ["AccountExists"] * 63 + ["done"]
        async with db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Account)) == 1

    @pytest.mark.parametrize("currency", ["", "rub", "XXX", "RUBLES", "R\x00B", "💰"])
    async def test_r12_is_of_a_currency_that_there_is(self, session: AsyncSession, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            await open_account(session, actor=await person(session), currency=currency)

    async def test_is_there_with_the_first_money_that_comes(self, session: AsyncSession) -> None:
        anna = await funded(session, 5_00)

        assert await wallets_of(session, anna.user_id) == [Money(5_00, "RUB")]

    async def test_shows_nobody_elses_money(self, session: AsyncSession) -> None:
        await funded(session, 5_00)
        boris = await person(session)

        assert await wallets_of(session, boris.user_id) == []
        assert await statement(session, user_id=boris.user_id, currency="RUB", limit=9) == []

    async def test_r30_shows_an_own_write_at_once_in_another_transaction(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 10_00)
        for left in range(9_00, 0, -1_00):
            async with db.transaction() as session:
                await _withdraw(session, anna, 1_00)
            async with db.transaction() as session:
                assert await wallets_of(session, anna.user_id) == [Money(left, "RUB")]

    async def test_r22_c54_takes_sixty_four_deposits_at_once_each_told_twice(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            attempts = []
            for number in range(64):
                # As many top-ups of one person are not open at a time; those of others pay for theirs.
                attempt = await top_up(session, anna if number < 5 else await person(session), 1_00 + number)
                attempt.payer_id = anna.user_id
                attempts.append(attempt)

        def deposit(attempt: Attempt) -> Act:
            state = paid(attempt, payment_id=f"payment of {attempt.id}")
            return lambda session: take_payment_state(session, provider=BANK, state=state, now=NOW)

        outcomes = await _at_once(db, *(deposit(attempt) for attempt in attempts * 2))

        assert outcomes == ["done"] * 128
        async with db.transaction() as session:
            assert await in_wallet(session, anna) == sum(1_00 + number for number in range(64))
            assert await audit(session) == []


class TestAStatement:
    async def test_adds_up_line_by_line(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)
        placed = await order(session, anna, 30_00)
        await take(session, placed)
        await finish(session, placed)
        withdrawal = await _withdraw(session, anna, 20_00)
        await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", rejected_for="нет", now=NOW)

        lines = await statement(session, user_id=anna.user_id, currency="RUB", limit=10)

        assert [(line.kind, line.change_minor, line.balance_minor) for line in lines] == [
            ("withdrawal_rejected", 20_00, 70_00),
            ("withdrawal", -20_00, 50_00),
            ("hold", -30_00, 70_00),
            ("top_up", 100_00, 100_00),
        ]
        assert lines[1].journal_key == f"withdrawal:{withdrawal.id}:request"

    async def test_is_read_in_pages_without_a_gap(self, session: AsyncSession) -> None:
        anna = await funded(session, 7)
        for _ in range(6):
            await _withdraw(session, anna, 1)

        pages, before = list[int](), None
        while page := await statement(session, user_id=anna.user_id, currency="RUB", limit=3, before=before):
            pages += [line.balance_minor for line in page]
            before = page[-1].version

        assert pages == [1, 2, 3, 4, 5, 6, 7]


class TestLimits:
    async def test_are_counted_per_day_currency_and_person(self, session: AsyncSession) -> None:
        anna, boris = await person(session), await person(session)
        day = Limits(operation=100, day=100)

        async def count(actor: Actor, currency: str = "RUB", now: datetime = NOW) -> None:
            amount = 100 if currency == "JPY" else 100_00
            await count_against_limits(
                session, user_id=actor.user_id, amount_minor=amount, currency=currency, limits=day, now=now
            )

        await count(anna)
        for actor, currency, now in (
            (boris, "RUB", NOW),
            (anna, "USD", NOW),
            (anna, "JPY", NOW),
            (anna, "RUB", NOW + timedelta(days=1)),
        ):
            await count(actor, currency, now)
        with pytest.raises(AboveDailyLimit):
            await count(anna)
        with pytest.raises(AboveDailyLimit):
            await count(anna, "JPY", NOW + timedelta(hours=11, minutes=59))

    async def test_begin_anew_at_midnight_utc(self, session: AsyncSession) -> None:
        anna = await funded(session, 300_00)
        day = Limits(operation=100, day=100)
        midnight = NOW.replace(hour=0) + timedelta(days=2)  # the top-up counts on its day too

        await _withdraw(session, anna, 100_00, limits=day, now=midnight - timedelta(microseconds=1))
        await _withdraw(session, anna, 100_00, limits=day, now=midnight)

        totals = select(DailyTotal.total_minor).order_by(DailyTotal.day)
        assert list(await session.scalars(totals)) == [300_00, 100_00, 100_00]

    @pytest.mark.parametrize(("operation", "day"), [(99, 1000), (1000, 99)])
    async def test_refuse_the_first_that_is_too_much(self, session: AsyncSession, operation: int, day: int) -> None:
        anna = await funded(session, 300_00)

        with pytest.raises((AboveOperationLimit, AboveDailyLimit)):
            await _withdraw(session, anna, 100_00, limits=Limits(operation=operation, day=day), now=TOMORROW)

        assert await in_wallet(session, anna) == 300_00

    async def test_hold_against_fifty_at_once(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 1000_00)
        day = Limits(operation=10, day=105)

        outcomes = await _at_once(
            db, *[lambda session: _withdraw(session, anna, 10_00, limits=day, now=TOMORROW) for _ in range(50)]
        )

        assert sorted(outcomes) == ["AboveDailyLimit"] * 40 + ["done"] * 10
        async with db.transaction() as session:
            assert await in_wallet(session, anna) == 900_00
            assert await session.scalar(select(func.min(DailyTotal.total_minor))) == 100_00


class TestAWithdrawal:
    async def test_takes_the_money_out_at_once_and_an_operator_pays(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)

        withdrawal = await _withdraw(session, anna, 40_00)
        assert await in_wallet(session, anna) == 60_00
        assert await balance(session, escrow(withdrawal.id, "RUB")) == 40_00
        assert await audit(session) == []
        for _ in range(2):
            await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", now=NOW)

        assert (withdrawal.status, withdrawal.operator) == (WithdrawalStatus.PAID, "оля")
        assert await in_wallet(session, anna) == 60_00
        assert await balance(session, bank("RUB")) == -40_00
        assert await audit(session) == []
        told = await session.scalars(select(OutboxRow.event_name).where(OutboxRow.aggregate_id == withdrawal.id))
        assert list(told) == ["account.withdrawal_requested", "account.withdrawal_settled"]

    async def test_that_is_rejected_is_in_the_wallet_again_once(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)
        withdrawal = await _withdraw(session, anna, 40_00)

        for reason in ("нет такой карты", "другое"):
            await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", rejected_for=reason, now=NOW)

        assert (withdrawal.status, withdrawal.reason) == (WithdrawalStatus.REJECTED, "нет такой карты")
        assert await in_wallet(session, anna) == 100_00
        with pytest.raises(WithdrawalSettledAlready):
            await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", now=NOW)
        assert await audit(session) == []

    async def test_c55_is_paid_or_rejected_by_whoever_is_first(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await funded(session, 100_00)
            withdrawal = await _withdraw(session, anna, 40_00)

        def settle(rejected_for: str | None) -> Act:
            return lambda session: settle_withdrawal(
                session, withdrawal_id=withdrawal.id, operator="оля", rejected_for=rejected_for, now=NOW
            )

        outcomes = await _at_once(db, *(settle(reason) for reason in (None, "нет") * 10))

        assert sorted(outcomes) == ["WithdrawalSettledAlready"] * 10 + ["done"] * 10
        async with db.transaction() as session:
            stored = await session.get_one(Withdrawal, withdrawal.id)
            assert await in_wallet(session, anna) == (60_00 if stored.status == WithdrawalStatus.PAID else 100_00)
            assert await audit(session) == []

    async def test_never_changes_once_it_is_settled(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)
        withdrawal = await _withdraw(session, anna, 40_00)
        await settle_withdrawal(session, withdrawal_id=withdrawal.id, operator="оля", now=NOW)
        await session.flush()

        with pytest.raises(IntegrityError, match="is final"):
            await session.execute(text("UPDATE accounts.withdrawals SET status = 'rejected'"))

    async def test_of_more_than_there_is_leaves_nothing_behind(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)

        for amount_minor in (100_01, 100_000_00):
            with pytest.raises(NotEnoughMoney):
                async with session.begin_nested():
                    await _withdraw(session, anna, amount_minor)

        assert await session.scalar(select(func.count()).select_from(Withdrawal)) == 0
        assert await session.scalar(select(func.count()).select_from(DailyTotal)) == 1  # the top-up's
        assert await audit(session) == []

    async def test_of_what_is_held_for_an_order_is_refused(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)
        await take(session, await order(session, anna, 60_00))

        with pytest.raises(NotEnoughMoney):
            async with session.begin_nested():
                await _withdraw(session, anna, 40_01)
        await _withdraw(session, anna, 40_00)

        assert await audit(session) == []

    @pytest.mark.parametrize("amount_minor", [0, -1, MINOR_MAX + 1, 10**30])
    async def test_c58_of_no_real_amount_is_refused(self, session: AsyncSession, amount_minor: int) -> None:
        anna = await funded(session, 100_00)

        with pytest.raises(WrongAmount):
            await _withdraw(session, anna, amount_minor)

    @pytest.mark.parametrize(
        "destination", ["", " \n\t", "я" * (DESTINATION_LENGTH_MAX + 1), "\x00", "\u202e", "\ud800"]
    )
    async def test_r12_goes_to_a_destination_that_somebody_can_read(
        self, session: AsyncSession, destination: str
    ) -> None:
        anna = await funded(session, 100_00)

        with pytest.raises(NoDestination):
            await _withdraw(session, anna, 1_00, destination=destination)

    async def test_r12_loses_what_nobody_can_see_from_its_destination(self, session: AsyncSession) -> None:
        anna = await funded(session, 100_00)

        withdrawal = await _withdraw(session, anna, 1_00, destination=" 2200\x00 \u202e0000\n")

        assert withdrawal.destination == "2200 0000"
        longest = await _withdraw(session, anna, 1_00, destination="я" * DESTINATION_LENGTH_MAX)
        await session.flush()
        assert len(longest.destination) == DESTINATION_LENGTH_MAX

    async def test_of_a_currency_that_there_is_none_of_is_refused(self, session: AsyncSession) -> None:
        with pytest.raises(UnknownCurrency):
            await _withdraw(session, await person(session), 1, currency="XXX")

    async def test_that_nobody_asked_for_is_not_settled(self, session: AsyncSession) -> None:
        with pytest.raises(WithdrawalNotFound):
            await settle_withdrawal(session, withdrawal_id=WithdrawalId(new_id()), operator="оля", now=NOW)
