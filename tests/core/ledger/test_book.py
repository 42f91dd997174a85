"""The book: money moves once, whole, and never below what there is."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import new_id
from core.ledger.audit import audit
from core.ledger.balances import balance, statement
from core.ledger.chart import AccountName, Leg, fee_revenue, provider_clearing, suspense
from core.ledger.post import AccountClosed, KeyReusedWithOtherLegs, NotEnoughMoney, post
from core.ledger.reverse import reverse
from tests.builders import NOW
from tests.core.ledger.makers import BANK, fill, new_wallet


class TestPost:
    async def test_moves_money_and_tells_every_balance(self, session: AsyncSession) -> None:
        anna, boris = new_wallet(), new_wallet()
        await fill(session, anna, 1000)

        await post(session, key="move:00001", kind="move", legs=[Leg(anna, boris, 300)], now=NOW)

        assert (await balance(session, anna), await balance(session, boris), await balance(session, BANK)) == (
            700,
            300,
            1000,
        )
        assert await audit(session) == []

    async def test_has_one_effect_for_one_key(self, session: AsyncSession) -> None:
        anna = new_wallet()

        first = await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)
        again = await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        assert (first.replayed, again.replayed) == (False, True)
        assert first.journal_id == again.journal_id
        assert await balance(session, anna) == 5

    async def test_refuses_a_key_that_says_something_else(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        with pytest.raises(KeyReusedWithOtherLegs):
            await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 6)], now=NOW)

    async def test_refuses_what_a_wallet_does_not_hold(self, session: AsyncSession) -> None:
        anna, boris = new_wallet(), new_wallet()
        await fill(session, anna, 100)

        with pytest.raises(NotEnoughMoney):
            await post(session, key="move:00001", kind="move", legs=[Leg(anna, boris, 101)], now=NOW)

    @pytest.mark.parametrize(
        ("legs", "because"),
        [
            pytest.param(lambda anna: [Leg(anna, new_wallet("USD"), 1)], "credit_id_currency", id="two currencies"),
            pytest.param(lambda anna: [Leg(anna, anna, 1)], "two_accounts", id="one account"),
            pytest.param(lambda anna: [Leg(BANK, anna, 0)], "transfers_amount", id="nothing"),
            pytest.param(lambda anna: [Leg(BANK, anna, -5)], "transfers_amount", id="less than nothing"),
            pytest.param(lambda anna: [Leg(BANK, anna, 2**63 - 1)], "out of range", id="more than can be counted"),
            pytest.param(lambda _: [Leg(BANK, new_wallet("ZZZ"), 1)], "accounts_currency", id="no such currency"),
        ],
    )  # fmt: skip
    async def test_refuses_legs_that_make_no_sense(
        self, session: AsyncSession, legs: Callable[[AccountName], list[Leg]], because: str
    ) -> None:
        anna = new_wallet()
        await fill(session, anna, 100)

        with pytest.raises(DBAPIError, match=because):
            await post(session, key="wrong:0001", kind="wrong", legs=legs(anna), now=NOW)

    async def test_says_nothing_of_money_where_a_key_is_too_short(self, session: AsyncSession) -> None:
        with pytest.raises(DBAPIError, match="journals_key_check"):
            await post(session, key="short", kind="fill", legs=[Leg(BANK, new_wallet(), 5)], now=NOW)

    async def test_refuses_an_account_that_is_closed(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await fill(session, anna, 100)
        await session.execute(
            text("UPDATE ledger.accounts SET closed_at = now() WHERE name = :name"), {"name": str(anna)}
        )

        for leg in (Leg(anna, new_wallet(), 1), Leg(BANK, anna, 1)):
            with pytest.raises(AccountClosed):
                async with session.begin_nested():
                    await post(session, key="move:00001", kind="move", legs=[leg], now=NOW)

    async def test_lets_the_house_pay_from_a_shard_what_another_took(self, session: AsyncSession) -> None:
        anna, clearing, revenue = (
            new_wallet(),
            provider_clearing("yookassa", "RUB", new_id()),
            fee_revenue("RUB", new_id()),
        )
        await fill(session, anna, 100)

        legs = [Leg(anna, clearing, 30), Leg(revenue, anna, 10)]
        await post(session, key="payout:001", kind="other", legs=legs, now=NOW)

        assert [await balance(session, name) for name in (anna, clearing, revenue)] == [80, -30, -10]
        assert await audit(session) == []

    async def test_keeps_what_nobody_can_explain_above_zero(self, session: AsyncSession) -> None:
        with pytest.raises(NotEnoughMoney):
            await post(
                session,
                key="guess:0001",
                kind="guess",
                legs=[Leg(suspense("yookassa", "RUB"), new_wallet(), 1)],
                now=NOW,
            )


class TestStatement:
    async def test_tells_page_by_page_what_the_account_came_to(self, session: AsyncSession) -> None:
        anna = new_wallet()
        for number in range(1, 6):
            legs = [Leg(BANK, anna, number)]
            await post(session, key=f"fill:{number:05}", kind="fill", legs=legs, now=NOW)

        newest = await statement(session, anna, limit=2)
        older = await statement(session, anna, limit=10, before=newest[-1].version)

        assert [entry.credits_after for entry in newest + older] == [15, 10, 6, 3, 1]
        assert len(newest) == 2


class TestReverse:
    async def test_takes_a_journal_back_once(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)
        again = await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)

        assert again.replayed
        assert await balance(session, anna) == 0
        assert await audit(session) == []

    async def test_is_not_repeated_under_another_key(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)
        await fill(session, anna, 5)
        await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)

        with pytest.raises(DBAPIError, match="journals_reverses_key"):
            await reverse(session, journal_key="fill:00001", key="unfill:0002", now=NOW)

    async def test_does_not_take_another_journal_for_the_one_it_took_back(self, session: AsyncSession) -> None:
        anna = new_wallet()
        for key in ("fill:00001", "fill:00002"):
            await post(session, key=key, kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)
        await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)

        with pytest.raises(KeyReusedWithOtherLegs):
            await reverse(session, journal_key="fill:00002", key="unfill:0001", now=NOW)

    async def test_is_refused_when_the_money_has_gone_on(self, session: AsyncSession) -> None:
        anna = new_wallet()
        await fill(session, anna, 5)
        await post(session, key="move:00001", kind="move", legs=[Leg(anna, new_wallet(), 1)], now=NOW)

        with pytest.raises(NotEnoughMoney):
            await reverse(session, journal_key=f"fill:{anna.owner_id}", key="unfill:0001", now=NOW)


class TestAnySequenceOfPostings:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=12))
    async def test_keeps_the_book_right(self, session: AsyncSession, moves: list[tuple[int, int, int]]) -> None:
        wallets = [new_wallet() for _ in range(4)]
        expected = [100] * 4
        for wallet in wallets:
            await fill(session, wallet, 100)

        for source, target, minor in moves:
            if source == target:
                continue
            move = post(
                session,
                key=f"move:{new_id()}",
                kind="move",
                legs=[Leg(wallets[source], wallets[target], minor)],
                now=NOW,
            )
            if expected[source] < minor:
                with pytest.raises(NotEnoughMoney):
                    async with session.begin_nested():
                        await move
                continue
            await move
            expected[source] -= minor
            expected[target] += minor

        assert [await balance(session, wallet) for wallet in wallets] == expected
        assert await audit(session) == []
