"""The book under many hands: real commits at the same moment, and one outcome that makes sense."""

import asyncio

from core.db import Database
from core.ids import new_id
from core.ledger.audit import audit
from core.ledger.balances import balance
from core.ledger.chart import AccountName, Leg, escrow
from core.ledger.post import KeyReusedWithOtherLegs, NotEnoughMoney, account_ids, post
from tests.builders import NOW
from tests.core.ledger.makers import BANK, fill, new_wallet


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
            assert await audit(session) == []

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
            assert await audit(session) == []

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
            assert await audit(session) == []

    async def test_open_the_same_accounts_from_both_ends(self, db: Database) -> None:
        wallets = [new_wallet() for _ in range(20)]

        async def open_all(names: list[AccountName]) -> dict[AccountName, int]:
            async with db.transaction() as session:
                return await account_ids(session, names)

        opened = await asyncio.gather(*(open_all(wallets[:: 1 if number % 2 else -1]) for number in range(100)))

        assert all(ids == opened[0] for ids in opened)
        assert len(set(opened[0].values())) == len(wallets)
