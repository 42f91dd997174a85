"""Clocks that disagree by ten minutes, and jump: nothing is ordered by them, and nothing ends twice or never."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from core import clock
from core.db import Database
from core.ids import new_id
from core.outbox.envelope import Envelope
from tests.faults.shop import carrying, is_exact, place, rich, until_finished
from tests.workers.buses import Buses, Working, ring, until
from workers.subscriptions import listeners

SKEW = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _set_right() -> Iterator[None]:
    yield
    clock.shift(timedelta(0))


class TestClocksThatDisagree:
    @pytest.mark.parametrize("sign", [1, -1])
    async def test_f17_keep_no_order_from_its_end(self, every_bus: Buses, db: Database, sign: int) -> None:
        """Who places an order is ten minutes ahead of, or behind, those who carry it out."""
        clock.shift(SKEW * sign)
        buyer = await rich(db)
        for number in range(5):
            await place(db, buyer, number)

        clock.shift(-SKEW * sign)
        async with carrying(db, every_bus.new(listeners())):
            await until_finished(db)

        await is_exact(db, buyer, 5)

    async def test_f17_do_not_decide_in_which_order_events_come(self, every_bus: Buses, db: Database) -> None:
        who: UUID = new_id()
        taken: list[str] = []

        async def take(envelope: Envelope) -> None:
            taken.append(envelope.payload["text"])

        for text, skew in (("ahead", SKEW), ("behind", -SKEW), ("right", timedelta(0))):
            clock.shift(skew)
            await ring(db, 1, who, text=text)
        async with Working(every_bus.new(), db, take):
            await until(lambda: len(taken) == 3)

        assert taken == ["ahead", "behind", "right"]
