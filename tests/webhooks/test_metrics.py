"""The figures: what came, how long it took, and what waits."""

import pytest

from core.db import Database
from core.ids import PurchaseId, new_id
from core.outbox.emit import emit
from core.purchases.events import PurchaseOpened
from tests.webhooks.door import Door, notice, open_door, signed


class TestMetrics:
    async def test_count_notices_by_provider_and_outcome_and_time_them(self, door: Door) -> None:
        body = notice()
        await door.bring(body, signed(body))
        await door.bring(body, {})

        text = (await door.http.get("/metrics")).text

        assert 'syncbuy_notices_total{outcome="stored",provider="standard"} 1.0' in text
        assert 'syncbuy_notices_total{outcome="refused",provider="standard"} 1.0' in text
        assert 'syncbuy_notice_seconds_count{provider="standard"} 2.0' in text

    async def test_say_what_waits_at_the_moment_at_which_they_are_read(self, door: Door) -> None:
        before = (await door.http.get("/metrics")).text
        body = notice()
        await door.bring(body, signed(body))
        async with door.db.transaction() as session:
            emit(session, PurchaseOpened(purchase_id=PurchaseId(new_id()), actor_id=None, title="Дача"))
        after = (await door.http.get("/metrics")).text

        assert "syncbuy_notices_waiting 0.0" in before
        assert "syncbuy_outbox_oldest_seconds 0.0\n" in before
        assert "syncbuy_notices_waiting 1.0" in after
        assert "syncbuy_outbox_oldest_seconds 0.0\n" not in after

    @pytest.mark.parametrize(("sender", "status"), [("8.8.8.8", 404), ("10.0.0.7", 200)])
    async def test_are_for_our_own_network_only(self, db: Database, sender: str, status: int) -> None:
        async with open_door(db, trusted_proxies="127.0.0.1/32") as door:
            answer = await door.http.get("/metrics", headers={"X-Forwarded-For": sender})

            assert answer.status_code == status
