"""The figures: what came, how long it took, and what waits."""

import pytest

from core.db import Database
from core.ids import PurchaseId, new_id
from core.outbox.emit import emit
from core.purchases.events import PurchaseOpened
from tests.webhooks.door import Door, notice, open_door, signed


def _value(text: str, name: str) -> float:
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)), 0)


class TestMetrics:
    async def test_count_notices_by_provider_and_outcome_and_time_them(self, door: Door) -> None:
        timed = _value((await door.http.get("/metrics")).text, 'syncbuy_notice_seconds_count{provider="standard"}')
        body = notice()
        await door.bring(body, signed(body))
        await door.bring(body, {})

        text = (await door.http.get("/metrics")).text

        assert (door.counted("stored"), door.counted("refused")) == (1, 1)
        assert 'syncbuy_notices_total{outcome="stored",provider="standard"}' in text
        assert _value(text, 'syncbuy_notice_seconds_count{provider="standard"}') == timed + 2

    async def test_say_what_waits_at_the_moment_at_which_they_are_read(self, door: Door) -> None:
        before = (await door.http.get("/metrics")).text
        body = notice()
        await door.bring(body, signed(body))
        async with door.db.transaction() as session:
            emit(session, PurchaseOpened(purchase_id=PurchaseId(new_id()), actor_id=None, title="Дача"))
        after = (await door.http.get("/metrics")).text

        for what in ("notices", "outbox"):
            rows, oldest = f'syncbuy_waiting_rows{{what="{what}"}}', f'syncbuy_waiting_oldest_seconds{{what="{what}"}}'
            assert (_value(before, rows), _value(before, oldest)) == (0, 0)
            assert _value(after, rows) == 1
            assert _value(after, oldest) > 0

    @pytest.mark.parametrize(("sender", "status"), [("8.8.8.8", 404), ("10.0.0.7", 200)])
    async def test_are_for_our_own_network_only(self, db: Database, sender: str, status: int) -> None:
        async with open_door(db, trusted_proxies="127.0.0.1/32") as door:
            answer = await door.http.get("/metrics", headers={"X-Forwarded-For": sender})

            assert answer.status_code == status
