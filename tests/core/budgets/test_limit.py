"""A budget of requests holds for all who ask at once, and says how long until there is one again."""

import asyncio

import pytest

from core.budgets.limit import limit
from core.budgets.take import take
from core.db import Database
from core.errors import TooOften

MANY = 100


async def asked(db: Database, name: str, *, burst: int) -> bool:
    """Return whether a request of this name was let through."""
    try:
        await limit(db, name=name, per_minute=1, burst=burst)
    except TooOften:
        return False
    return True


class TestABudget:
    async def test_lets_as_many_of_a_hundred_at_once_through_as_it_has(self, db: Database) -> None:
        let_through = await asyncio.gather(*(asked(db, "anna", burst=7) for _ in range(MANY)))

        assert let_through.count(True) == 7

    async def test_is_nobody_elses(self, db: Database) -> None:
        names = [f"person:{number}" for number in range(20)]
        let_through = await asyncio.gather(*(asked(db, name, burst=1) for name in names * 2))

        assert let_through.count(True) == len(names)
        assert not await asked(db, names[0], burst=1)

    async def test_says_how_long_until_there_is_one_again(self, db: Database) -> None:
        waits = [(await take(db, name="anna", per_minute=2, burst=1)).total_seconds() for _ in range(2)]
        with pytest.raises(TooOften) as refusal:
            await limit(db, name="anna", per_minute=2, burst=1)

        assert waits[0] == 0
        assert 0 < waits[1] <= 30
        assert 1 <= refusal.value.params["seconds"] <= 30

    async def test_has_one_again_after_that(self, db: Database) -> None:
        async with asyncio.timeout(10):
            while not (wait := await take(db, name="anna", per_minute=600, burst=1)):
                pass
        await asyncio.sleep(wait.total_seconds())

        assert not await take(db, name="anna", per_minute=600, burst=1)
