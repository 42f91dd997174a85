"""Slow lines that cut what they carry into pieces and tear: to the database, to a bank, and to Telegram."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from core import clock, keep_running
from core.clock import utc_now
from core.db import Database
from core.ledger.audit import audit
from core.ledger.balances import provider_totals
from core.orders.models import Order
from core.payments.models import OPEN, Attempt
from core.payments.provider_calls import claim_call
from core.payments.providers.asking import new_client
from core.payments.providers.standard import Standard
from core.payments.start_attempt import start_top_up
from core.secrets import Secrets
from sandbox.bank.app import create_app
from sandbox.bank.client import Bank
from sandbox.bank.shops import STANDARD
from sandbox.serving import Serving
from tests.builders import NO_LIMITS, person
from tests.cable import Toxics, cable_to, cable_to_server
from tests.faults.shop import carrying, is_exact, let_time_pass, place, rich, until_finished
from tests.workers.buses import Buses
from workers.effects.payments import ask_provider
from workers.subscriptions import listeners

BAD = Toxics(latency_seconds=0.01, slice_bytes=900, reset_chance=0.002)
TOP_UPS = 8


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_running, "RESTART_SECONDS", (0.05,))


@pytest_asyncio.fixture
async def bank_serving() -> AsyncIterator[Serving]:
    """Run a bank of this test's own."""
    serving = Serving(create_app(clock=lambda: utc_now().timestamp()), "127.0.0.1", 0)
    await serving.start()
    yield serving
    await serving.stop()
    clock.shift(timedelta(0))


class TestABadLine:
    async def test_f16_to_the_database_doubles_no_order(
        self, every_bus: Buses, database_url: str, db: Database
    ) -> None:
        buyer = await rich(db)
        async with cable_to(database_url, BAD) as cable:
            far = Database.connect(cable.url, pool_size=5)
            async with carrying(far, every_bus.new(listeners(), db=far)):
                for number in range(20):
                    await place(db, buyer, number)
                await until_finished(db, within_seconds=40)
            await far.close()

        await is_exact(db, buyer, 20)

    async def test_f16_from_whom_places_orders_leaves_each_of_them_whole_or_not_there(
        self, database_url: str, db: Database, every_bus: Buses
    ) -> None:
        """Whoever hears nothing of a commit does not know what became of it; the database does."""
        buyer, heard = await rich(db), 0
        async with cable_to(database_url, Toxics(0.001, 300, 0.02)) as cable:
            far = Database.connect(cable.url, pool_size=3)
            for number in range(40):
                try:
                    await place(far, buyer, number)
                except (DBAPIError, OSError):
                    continue
                heard += 1
            assert cable.resets > 0
            await far.close()
        async with carrying(db, every_bus.new(listeners())):
            await until_finished(db)

        async with db.transaction() as session:
            there = await session.scalar(select(func.count()).select_from(Order)) or 0
        assert there >= heard > 0
        await is_exact(db, buyer, there)

    async def test_f16_to_a_bank_takes_no_money_twice(
        self, bank_serving: Serving, db: Database, tmp_path: Path
    ) -> None:
        toxics = Toxics(latency_seconds=0.02, slice_bytes=200, reset_chance=0.04)
        async with cable_to_server(bank_serving.url, toxics) as cable, new_client() as http:
            secrets = Secrets(tmp_path / "secrets.json")
            provider = Standard(
                http,
                url=f"{cable.url}/v3/",
                shop_id=STANDARD.shop_id,
                secret_key=SecretStr(STANDARD.secret_key),
                secrets=secrets,
                currencies=frozenset({"RUB"}),
            )
            async with Bank.connect(bank_serving.url) as bank:
                await self._start_top_ups(db)
                async with asyncio.timeout(60):
                    while await self._open(db):
                        await self._ask_for_all(db, provider)
                        for payment in await bank.payments():
                            if payment["status"] == "pending":
                                await bank.pay(payment["id"])
                        let_time_pass()
                theirs = (await bank.book("standard"))["RUB"]
            assert cable.resets > 0

        async with db.transaction() as session:
            ours = (await provider_totals(session, "standard"))["RUB"]
            assert (theirs["paid"], theirs["count"]) == (ours.paid, TOP_UPS)
            assert await audit(session) == []

    async def _start_top_ups(self, db: Database) -> None:
        for _ in range(TOP_UPS):
            async with db.transaction() as session:
                anna = await person(session)
                await start_top_up(
                    session,
                    actor=anna,
                    amount_minor=100_00,
                    currency="RUB",
                    provider="standard",
                    limits=NO_LIMITS,
                    now=utc_now(),
                )

    async def _open(self, db: Database) -> int:
        async with db.transaction() as session:
            return await session.scalar(select(func.count()).where(Attempt.status.in_(OPEN))) or 0

    async def _ask_for_all(self, db: Database, provider: Standard) -> None:
        while True:
            async with db.transaction() as session:
                call = await claim_call(session, providers=["standard"], return_url="https://t.me/x", now=utc_now())
            if call is None:
                return
            await ask_provider(db, provider, call)
