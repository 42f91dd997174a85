"""Budgets of requests, taken from at once and again and again."""

import asyncio

from sqlalchemy import text

from core.budgets.take import take
from core.db import Database


class TestABudget:
    async def test_is_never_exceeded_by_requests_at_once(self, db: Database) -> None:
        waits = await asyncio.gather(*(take(db, name="anna", per_minute=1, burst=5) for _ in range(30)))

        assert sum(not wait for wait in waits) == 5

    async def test_is_updated_in_its_place(self, db: Database) -> None:
        one = Database.connect(
            db.engine.url.render_as_string(hide_password=False), pool_size=1
        )  # counts are sent by it
        for _ in range(200):
            await take(one, name="anna", per_minute=1_000_000, burst=1_000_000)
        async with one.transaction() as session:
            await session.execute(text("SELECT pg_stat_force_next_flush()"))
        async with one.transaction() as session:
            counts = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'budgets'"
            updates, in_place = (await session.execute(text(counts))).one()
        await one.close()

        assert updates == 199
        assert in_place > 190
