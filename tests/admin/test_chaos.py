"""`chaos`: the same faults for the same seed, a verdict that sees what is wrong, and a product that survives."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from admin.chaos.faults import schedule
from admin.chaos.oracle import Finals, watch_events
from admin.chaos.orders import Buyer, Placed
from admin.chaos.processes import COPIES
from admin.chaos.verdict import Findings, verdict
from core.db import Database
from core.ids import OrderId, new_id
from core.orders.models import Order
from sandbox.bank.app import create_app as create_bank
from sandbox.bank.client import Bank
from sandbox.rabbitmq import server_script
from sandbox.serving import Serving
from sandbox.telegram.app import create_app as create_telegram
from sandbox.telegram.person import World
from tests.faults.shop import PRICE_MINOR, WALLET_MINOR, place, rich

ROOT = Path(__file__).parents[2]
RUN_SECONDS = 400  # of which most is for processes to start on a busy machine


class TestTheSchedule:
    def test_is_the_same_for_the_same_seed(self) -> None:
        one, again, other = (schedule(seed, seconds=60, processes=list(COPIES), has_broker=True) for seed in (7, 7, 8))

        assert one == again
        assert one != other

    @pytest.mark.parametrize("seed", range(20))
    def test_kills_thirty_times_a_minute_and_crashes_broker_and_database(self, seed: int) -> None:
        faults = schedule(seed, seconds=60, processes=list(COPIES), has_broker=True)

        kills = [fault.what for fault in faults if fault.kind == "kill"]
        assert len(kills) >= 30
        assert set(kills) == set(COPIES)
        assert [fault.kind for fault in faults if fault.kind in {"broker", "database"}] == ["broker", "database"]
        assert all(0 <= fault.at_seconds <= 60 for fault in faults)


class Court:
    """A database that remembers its events, a bank and a Telegram in which nothing has happened yet."""

    def __init__(self, db: Database, world: World, bank: Bank) -> None:
        self.db, self.world, self.bank = db, world, bank

    async def judge(self, placed: Placed) -> Findings:
        return await verdict(self.db, placed, self.world, self.bank)


@pytest_asyncio.fixture
async def court(db: Database, tmp_path: Path) -> AsyncIterator[Court]:
    """Return where the verdict is spoken."""
    await watch_events(db)
    telegram, bank = (Serving(app, "127.0.0.1", 0) for app in (create_telegram(data_path=tmp_path), create_bank()))
    for serving in (telegram, bank):
        await serving.start()
    async with World.connect(telegram.url) as world, Bank.connect(bank.url) as client:
        yield Court(db, world, client)
    for serving in (telegram, bank):
        await serving.stop()


class TestTheVerdict:
    async def test_misses_an_order_that_was_committed(self, court: Court) -> None:
        findings = await court.judge(Placed([], committed={OrderId(new_id()): 1}))

        assert findings.lost == ["order 1 was committed and is not there"]

    async def test_sees_an_order_that_did_not_end_and_an_event_that_nobody_handled(
        self, court: Court, db: Database
    ) -> None:
        buyer = await rich(db)
        await place(db, buyer)
        async with db.transaction() as session:
            [order] = await session.scalars(select(Order))
        placed = Placed([Buyer(1001, buyer, WALLET_MINOR)], committed={order.id: 1})

        findings = await court.judge(placed)

        assert "order 1 never ended" in findings.lost
        assert "Анна was not told of order 1" in findings.lost
        assert any("events were committed and not handled" in words for words in findings.lost)

    async def test_sees_what_was_done_though_nobody_committed_it(self, court: Court, db: Database) -> None:
        buyer = await rich(db)
        await place(db, buyer)
        async with db.transaction() as session:
            [order] = await session.scalars(select(Order))
            done = "INSERT INTO messaging.inbox (source, message_id) VALUES ('take-orders', 'nothing')"
            await session.execute(text(done))

        findings = await court.judge(Placed([], rolled_back={order.id: 1}))

        assert findings.doubled[:2] == [
            "order 1 was rolled back and is there",
            "1 events were handled that nobody committed",
        ]

    async def test_counts_money_that_the_bank_knows_nothing_of_and_that_went_twice(
        self, court: Court, db: Database
    ) -> None:
        buyer = await rich(db)

        findings = await court.judge(Placed([Buyer(1001, buyer, WALLET_MINOR + PRICE_MINOR)]))

        assert f"standard: paid {WALLET_MINOR} in the ledger, 0 at the bank" in findings.doubled
        assert f"Анна paid {PRICE_MINOR} minor units too much" in findings.doubled


class TestFinals:
    async def test_are_missed_when_they_vanish_and_seen_when_they_change(self, db: Database) -> None:
        finals = Finals(db)
        finals._seen = {"order 1": "finished"}
        await finals.look()

        assert finals.vanished == ["order 1 was finished and is not"]


class TestChaos:
    @pytest.mark.slow
    @pytest.mark.timeout(RUN_SECONDS)
    async def test_loses_and_doubles_nothing(self) -> None:
        if server_script() is None and os.environ.get("REQUIRE_RABBITMQ") == "1":
            pytest.fail("REQUIRE_RABBITMQ=1, and there is no rabbitmq-server")

        result = await _run("--seconds", "10", "--seed", "7")

        assert (result["lost"], result["doubled"], result["audit"]) == (0, 0, []), result["findings"]
        assert result["kills"] >= 5
        assert (result["broker_restarts"], result["database_crashes"]) == (int(server_script() is not None), 1)
        assert result["ended_by_themselves"] == []
        assert result["stopped_in_good_order"] == list(COPIES)
        assert result["orders"]["finished"] > 0


async def _run(*words: str) -> dict[str, Any]:
    command = (sys.executable, "-m", "admin", "chaos", "--json", *words)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    result: dict[str, Any] = json.loads(said)
    return result
