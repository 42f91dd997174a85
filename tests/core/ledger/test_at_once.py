"""The book under many hands: real commits at the same moment, and one outcome that makes sense."""

import asyncio
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from core.ids import new_id
from core.ledger.audit import Violation, audit
from core.ledger.balances import balance
from core.ledger.chart import AccountName, Leg, escrow, provider_clearing
from core.ledger.post import Draft, KeyReusedWithOtherLegs, NotEnoughMoney, Posting, post, post_many
from tests.builders import NOW
from tests.core.ledger.makers import BANK, fill, new_wallet
from tests.databases import until_waiting


async def _audit(session: AsyncSession) -> list[Violation]:
    """Audit the book alone: here providers' accounts are houses like any other, without an attempt behind them."""
    return [found for found in await audit(session) if not found.invariant.startswith("what a provider took")]


class TestManyAtOnce:
    async def test_with_one_key_have_one_effect(self, db: Database) -> None:
        anna = new_wallet()

        async def pay() -> bool:
            async with db.transaction() as session:
                return (await post(session, key="fill:00001", kind="fill", legs=[Leg(BANK, anna, 7)], now=NOW)).replayed

        replayed = await asyncio.gather(*(pay() for _ in range(200)))

        assert sorted(replayed) == [False] + [True] * 199
        async with db.transaction() as session:
            assert await balance(session, anna) == 7

    async def test_end_a_hold_by_capture_or_by_void_but_never_both(self, db: Database) -> None:
        anna, shop = new_wallet(), new_wallet()
        held = escrow(new_id(), "RUB")
        async with db.transaction() as session:
            await fill(session, anna, 100)
            await post(session, key="order:1:pay", kind="hold", legs=[Leg(anna, held, 100)], now=NOW)

        async def resolve(capture: bool) -> str:
            legs = [Leg(held, shop if capture else anna, 100)]
            try:
                async with db.transaction() as session:
                    done = await post(session, key="order:1:resolve", kind="resolve", legs=legs, now=NOW)
            except KeyReusedWithOtherLegs:
                return "refused"
            return "replayed" if done.replayed else "done"

        outcomes = await asyncio.gather(*(resolve(number % 2 == 0) for number in range(200)))

        assert (outcomes.count("done"), outcomes.count("replayed"), outcomes.count("refused")) == (1, 99, 100)
        async with db.transaction() as session:
            assert await balance(session, anna) + await balance(session, shop) == 100
            assert await _audit(session) == []

    async def test_spend_exactly_what_there_is(self, db: Database) -> None:
        anna, shop = new_wallet(), new_wallet()
        async with db.transaction() as session:
            await fill(session, anna, 100)

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
            assert await _audit(session) == []

    async def test_in_opposite_directions_never_wait_for_each_other(self, db: Database) -> None:
        anna, boris = new_wallet(), new_wallet()
        async with db.transaction() as session:
            await fill(session, anna, 10_000)
            await fill(session, boris, 10_000)

        async def swap(number: int) -> None:
            there, back = Leg(anna, boris, 1), Leg(boris, anna, 1)
            legs = [there, back] if number % 2 else [back, there]
            async with db.transaction() as session:
                await post(session, key=f"swap:{number:05}", kind="swap", legs=legs, now=NOW)

        await asyncio.gather(*(swap(number) for number in range(1000)))

        async with db.transaction() as session:
            assert await _audit(session) == []

    async def test_open_the_same_accounts_from_both_ends(self, db: Database) -> None:
        first, middle, last = wallets = [new_wallet() for _ in range(3)]

        def fill_all(number: int, names: list[AccountName]) -> Draft:
            house = provider_clearing("yookassa", "RUB", UUID(int=number))
            return Draft(f"fill:{number:05}", "fill", [Leg(house, name, 1) for name in names], NOW)

        async def post_alone(draft: Draft) -> None:
            async with db.transaction() as session:
                await post_many(session, [draft])

        # Whoever goes by the order given has one end in hand and waits in the middle when the other does the same.
        async with db.transaction() as session:
            await post_many(session, [fill_all(0, [middle])])
            drafts = fill_all(1, wallets), fill_all(2, [last, middle, first])
            opening = [asyncio.create_task(post_alone(draft)) for draft in drafts]
            await until_waiting(db, 2)
        await asyncio.gather(*opening)

        async with db.transaction() as session:
            assert [await balance(session, name) for name in wallets] == [2, 3, 2]

    async def test_open_the_same_new_accounts_once(self, db: Database) -> None:
        wallets = [new_wallet() for _ in range(10)]

        async def fill_all(number: int) -> None:
            names = wallets[number % 10 :] + wallets[: number % 10]
            legs = [Leg(BANK, name, 1) for name in names]
            async with db.transaction() as session:
                await post(session, key=f"fill:{number:05}", kind="fill", legs=legs, now=NOW)

        await asyncio.gather(*(fill_all(number) for number in range(100)))

        async with db.transaction() as session:
            assert {await balance(session, name) for name in wallets} == {100}
            assert await _audit(session) == []


class TestManyBatchesAtOnce:
    async def test_in_opposite_directions_never_wait_for_each_other(self, db: Database) -> None:
        wallets = [new_wallet() for _ in range(10)]
        async with db.transaction() as session:
            for wallet in wallets:
                await fill(session, wallet, 1000)

        async def pass_on(number: int) -> list[Posting | None]:
            there = list(pairwise(wallets))
            legs = [Leg(*pair, 1) for pair in (there if number % 2 else [(to, source) for source, to in there[::-1]])]
            drafts = [Draft(f"pass:{number}:{place}", "pass", [leg], NOW) for place, leg in enumerate(legs)]
            async with db.transaction() as session:
                return await post_many(session, drafts)

        done = await asyncio.gather(*(pass_on(number) for number in range(200)))

        assert all(posting and not posting.replayed for batch in done for posting in batch)
        async with db.transaction() as session:
            assert {await balance(session, wallet) for wallet in wallets} == {1000}
            assert await _audit(session) == []

    async def test_with_the_same_keys_in_any_order_have_one_effect(self, db: Database) -> None:
        wallets = [new_wallet() for _ in range(10)]
        drafts = [Draft(f"fill:{n:05}", "fill", [Leg(BANK, wallet, 1)], NOW) for n, wallet in enumerate(wallets)]

        async def post_from(place: int) -> int:
            async with db.transaction() as session:
                done = await post_many(session, drafts[place:] + drafts[:place])
            return sum(posting is not None and not posting.replayed for posting in done)

        new = await asyncio.gather(*(post_from(number % 10) for number in range(100)))

        assert sorted(new) == [0] * 99 + [10]
        async with db.transaction() as session:
            assert await _audit(session) == []

    async def test_with_one_key_for_two_facts_write_one(self, db: Database) -> None:
        houses = [provider_clearing("yookassa", "RUB", UUID(int=number)) for number in range(4)]

        async def post_alone(*legs: Leg) -> None:
            async with db.transaction() as session:
                await post_many(session, [Draft("order:0001", "pay", legs, NOW)])

        # They have no account in common, so nothing but the key makes the second wait.
        async with db.transaction() as session:
            await post_many(session, [Draft("order:0001", "pay", [Leg(houses[0], houses[1], 1)], NOW)])
            other = asyncio.create_task(post_alone(Leg(houses[2], houses[3], 1)))
            await until_waiting(db, 1)
        with pytest.raises(KeyReusedWithOtherLegs, match="order:0001"):
            await other

        async with db.transaction() as session:
            assert await balance(session, houses[2]) == 0
            assert await _audit(session) == []


class TestTwoTransactionsThatPostTwice:
    async def test_and_wait_for_each_other_are_parted_and_the_loser_can_post_again(self, db: Database) -> None:
        anna, boris = new_wallet(), new_wallet()
        met = asyncio.Barrier(2)

        async def post_both(name: str, first: AccountName, second: AccountName, barrier: asyncio.Barrier | None) -> str:
            try:
                async with db.transaction() as session:
                    leg = Leg(provider_clearing("yookassa", "RUB", UUID(int=len(name))), first, 1)
                    await post(session, key=f"{name}:first", kind="fill", legs=[leg], now=NOW)
                    if barrier:
                        await barrier.wait()
                    leg = Leg(provider_clearing("yookassa", "RUB", UUID(int=len(name))), second, 1)
                    await post(session, key=f"{name}:second", kind="fill", legs=[leg], now=NOW)
            except DBAPIError as parted:
                return str(parted.orig)
            return "done"

        ways = {"there": (anna, boris), "back": (boris, anna)}
        ended = await asyncio.gather(*(post_both(name, *way, met) for name, way in ways.items()))

        parted, done = sorted(ended, key="done".__eq__)
        assert "deadlock detected" in parted
        assert done == "done"
        assert [await post_both(name, *way, None) for name, way in ways.items()] == ["done", "done"]
        async with db.transaction() as session:
            assert [await balance(session, anna), await balance(session, boris)] == [2, 2]
            assert await _audit(session) == []
