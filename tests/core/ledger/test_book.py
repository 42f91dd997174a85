"""The book under attack: what must not be possible is refused by the database itself."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import PurchaseId, UserId, new_id
from core.ledger.audit import audit
from core.ledger.balances import balance, statement
from core.ledger.chart import AccountName, Kind, Leg, debt_payable, owe, settle
from core.ledger.models import Currency
from core.ledger.post import KeyReusedWithOtherLegs, NotEnoughMoney, account_ids, post
from core.ledger.reverse import reverse
from core.money import EXPONENTS
from tests.builders import NOW

BANK = AccountName(Kind.BANK, "RUB")


def _wallet(currency: str = "RUB") -> AccountName:
    return AccountName(Kind.WALLET, currency, owner_id=new_id())


async def _fill(session: AsyncSession, wallet: AccountName, minor: int) -> None:
    await post(session, key=f"fill:{wallet.owner_id}", kind="fill", legs=[Leg(BANK, wallet, minor)], now=NOW)


class TestPost:
    async def test_moves_money_and_tells_every_balance(self, session: AsyncSession) -> None:
        anna, boris = _wallet(), _wallet()
        await _fill(session, anna, 1000)

        await post(session, key="move:00001", kind="move", legs=[Leg(anna, boris, 300)], now=NOW)

        assert (await balance(session, anna), await balance(session, boris), await balance(session, BANK)) == (
            700,
            300,
            1000,
        )
        assert [entry.version for entry in await statement(session, anna, limit=10)] == [2, 1]
        assert await audit(session) == []

    async def test_has_one_effect_for_one_key(self, session: AsyncSession) -> None:
        anna = _wallet()

        first = await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)
        again = await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        assert (first.replayed, again.replayed) == (False, True)
        assert first.journal_id == again.journal_id
        assert await balance(session, anna) == 5

    async def test_refuses_a_key_that_says_something_else(self, session: AsyncSession) -> None:
        anna = _wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        with pytest.raises(KeyReusedWithOtherLegs):
            await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 6)], now=NOW)

    async def test_refuses_what_a_wallet_does_not_hold(self, session: AsyncSession) -> None:
        anna, boris = _wallet(), _wallet()
        await _fill(session, anna, 100)

        with pytest.raises(NotEnoughMoney):
            await post(session, key="move:00001", kind="move", legs=[Leg(anna, boris, 101)], now=NOW)

    @pytest.mark.parametrize(
        "legs",
        [
            pytest.param(lambda anna: [Leg(anna, _wallet("USD"), 1)], id="two currencies"),
            pytest.param(lambda anna: [Leg(anna, anna, 1)], id="one account"),
            pytest.param(lambda anna: [Leg(BANK, anna, 0)], id="nothing"),
            pytest.param(lambda anna: [Leg(BANK, anna, -5)], id="less than nothing"),
            pytest.param(lambda _: [Leg(BANK, _wallet("ZZZ"), 1)], id="no such currency"),
        ],
    )
    async def test_refuses_legs_that_make_no_sense(
        self, session: AsyncSession, legs: Callable[[AccountName], list[Leg]]
    ) -> None:
        anna = _wallet()
        await _fill(session, anna, 100)

        with pytest.raises((DBAPIError, NotEnoughMoney)):
            await post(session, key="wrong:0001", kind="wrong", legs=legs(anna), now=NOW)


class TestReverse:
    async def test_takes_a_journal_back_once(self, session: AsyncSession) -> None:
        anna = _wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)

        await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)
        again = await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)

        assert again.replayed
        assert await balance(session, anna) == 0
        assert await audit(session) == []

    async def test_is_not_repeated_under_another_key(self, session: AsyncSession) -> None:
        anna = _wallet()
        await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 5)], now=NOW)
        await _fill(session, anna, 5)
        await reverse(session, journal_key="fill:00001", key="unfill:0001", now=NOW)

        with pytest.raises(DBAPIError):
            await reverse(session, journal_key="fill:00001", key="unfill:0002", now=NOW)


class TestTheDatabase:
    @pytest.mark.parametrize("table", ["journals", "transfers", "entries"])
    @pytest.mark.parametrize(
        "attack", ["UPDATE ledger.{} SET {}", "DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE"]
    )
    async def test_lets_nobody_change_what_was_written(self, session: AsyncSession, table: str, attack: str) -> None:
        await _fill(session, _wallet(), 5)
        column = {"journals": "kind = 'x'", "transfers": "amount = 1", "entries": "amount = 1"}[table]

        with pytest.raises(DBAPIError, match="append-only"):
            await session.execute(text(attack.format(table, column)))

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param("'wallet', 'RUB', gen_random_uuid(), NULL, NULL, 'D'", id="wrong side"),
            pytest.param("'debt_payable', 'RUB', gen_random_uuid(), NULL, NULL, 'C'", id="a debt to nobody"),
            pytest.param("'wallet', 'RUB', gen_random_uuid(), gen_random_uuid(), NULL, 'C'", id="a wallet of two"),
            pytest.param("'treasure', 'RUB', NULL, NULL, NULL, 'C'", id="no such kind"),
        ],
    )
    async def test_refuses_accounts_that_make_no_sense(self, session: AsyncSession, wrong: str) -> None:
        columns = "kind, currency, owner_id, counterparty_id, purchase_id, normal_side"

        with pytest.raises(DBAPIError):
            await session.execute(text(f"INSERT INTO ledger.accounts ({columns}) VALUES ({wrong})"))

    async def test_has_one_account_of_one_name(self, session: AsyncSession) -> None:
        name = _wallet()

        ids = [(await account_ids(session, [name]))[name] for _ in range(2)]

        assert ids[0] == ids[1]
        with pytest.raises(DBAPIError, match="name"):
            await session.execute(
                text(
                    "INSERT INTO ledger.accounts (kind, currency, owner_id, normal_side) "
                    "VALUES ('wallet', 'RUB', :id, 'C')"
                ),
                {"id": name.owner_id},
            )

    async def test_keeps_the_exponent_of_a_currency(self, session: AsyncSession) -> None:
        with pytest.raises(DBAPIError, match="append-only"):
            await session.execute(text("UPDATE ledger.currencies SET exponent = 0 WHERE code = 'RUB'"))

    async def test_knows_the_currencies_that_the_product_knows(self, session: AsyncSession) -> None:
        known = {row.code: row.exponent for row in await session.scalars(select(Currency))}

        assert known == dict(EXPONENTS)


class TestAudit:
    @pytest.mark.parametrize(
        ("tampering", "invariant"),
        [
            ("UPDATE ledger.accounts SET credits = credits + 1, debits = debits + 1", "cached balances"),
            ("UPDATE ledger.accounts SET credits = credits + 1 WHERE kind = 'wallet'", "debits equal credits"),
            ("UPDATE ledger.accounts SET version = version + 1", "cached balances"),
        ],
    )
    async def test_finds_a_tampered_balance(self, session: AsyncSession, tampering: str, invariant: str) -> None:
        await _fill(session, _wallet(), 5)

        await session.execute(text(tampering))

        assert any(invariant in found.invariant for found in await audit(session))

    async def test_finds_a_debt_that_the_intents_do_not_know(self, session: AsyncSession) -> None:
        people: dict[str, Any] = {
            "creditor_id": UserId(new_id()),
            "debtor_id": UserId(new_id()),
            "purchase_id": PurchaseId(new_id()),
            "currency": "RUB",
            "amount_minor": 5,
        }

        await post(session, key="owe:000001", kind="lock", legs=[owe(**people)], now=NOW)

        assert [found.invariant for found in await audit(session)] == ["the book holds what every debt has left"]
        await post(session, key="settle:0001", kind="other", legs=[settle(**people)], now=NOW)
        assert await audit(session) == []
        account = debt_payable(people["debtor_id"], people["creditor_id"], people["purchase_id"], "RUB")
        assert await balance(session, account) == 0


class TestManyAtOnce:
    async def test_with_one_key_have_one_effect(self, db: Database) -> None:
        anna = _wallet()

        async def pay() -> bool:
            async with db.transaction() as session:
                return (await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 7)], now=NOW)).replayed

        replayed = await asyncio.gather(*(pay() for _ in range(200)))

        assert sorted(replayed) == [False] + [True] * 199
        async with db.transaction() as session:
            assert await balance(session, anna) == 7

    async def test_end_a_hold_by_capture_or_by_void_but_never_both(self, db: Database) -> None:
        anna, shop = _wallet(), _wallet()
        escrow = AccountName(Kind.ESCROW, "RUB", order_id=new_id())
        async with db.transaction() as session:
            await _fill(session, anna, 100)
            await post(session, key="order:1:pay", kind="hold", legs=[Leg(anna, escrow, 100)], now=NOW)

        async def resolve(capture: bool) -> str:
            legs = [Leg(escrow, shop if capture else anna, 100)]
            try:
                async with db.transaction() as session:
                    done = await post(session, key="order:1:resolve", kind="resolve", legs=legs, now=NOW)
            except KeyReusedWithOtherLegs:
                return "refused"
            return "replayed" if done.replayed else "done"

        outcomes = await asyncio.gather(*(resolve(number % 2 == 0) for number in range(100)))

        assert (outcomes.count("done"), outcomes.count("replayed"), outcomes.count("refused")) == (1, 49, 50)
        async with db.transaction() as session:
            assert await balance(session, anna) + await balance(session, shop) == 100
            assert await audit(session) == []

    async def test_spend_exactly_what_there_is(self, db: Database) -> None:
        anna, shop = _wallet(), _wallet()
        async with db.transaction() as session:
            await _fill(session, anna, 100)

        async def spend(number: int) -> bool:
            try:
                async with db.transaction() as session:
                    await post(session, key=f"spend:{number:05}", kind="spend", legs=[Leg(anna, shop, 1)], now=NOW)
            except NotEnoughMoney:
                return False
            return True

        outcomes = await asyncio.gather(*(spend(number) for number in range(200)))

        assert sum(outcomes) == 100
        async with db.transaction() as session:
            assert (await balance(session, anna), await balance(session, shop)) == (0, 100)
            assert await audit(session) == []

    async def test_in_opposite_directions_never_wait_for_each_other(self, db: Database) -> None:
        anna, boris = _wallet(), _wallet()
        async with db.transaction() as session:
            await _fill(session, anna, 10_000)
            await _fill(session, boris, 10_000)

        async def swap(number: int) -> None:
            there, back = Leg(anna, boris, 1), Leg(boris, anna, 1)
            legs = [there, back] if number % 2 else [back, there]
            async with db.transaction() as session:
                await post(session, key=f"swap:{number:05}", kind="swap", legs=legs, now=NOW)

        await asyncio.gather(*(swap(number) for number in range(1000)))

        async with db.transaction() as session:
            assert await audit(session) == []


class TestAnySequenceOfPostings:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=12))
    async def test_keeps_the_book_right(self, session: AsyncSession, moves: list[tuple[int, int, int]]) -> None:
        wallets = [_wallet() for _ in range(4)]
        expected = [100] * 4
        for wallet in wallets:
            await _fill(session, wallet, 100)

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
