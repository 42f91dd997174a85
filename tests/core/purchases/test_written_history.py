"""Every event of a purchase has words in both languages."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import core.payments.events
import core.settlement.events  # noqa: F401 -- so that all events are known
from core.outbox.event import REGISTRY
from core.purchases.events import PurchaseEvent
from core.purchases.models import HistoryRow
from core.purchases.queries import history_of
from core.purchases.remove_participant import remove_participant
from core.purchases.written_history import people_in_history, written_history
from tests.builders import NOW, person, purchase, spending

EVENTS = sorted(name for name, event in REGISTRY.items() if issubclass(event, PurchaseEvent))


class TestTheHistory:
    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize("name", EVENTS)
    def test_tells_every_event(self, name: str, language: str) -> None:
        row = HistoryRow(event_name=name, payload={}, actor_id=None)

        assert written_history(row, {}, "RUB", language)

    async def test_says_who_did_what_to_whom_and_for_how_much(self, session: AsyncSession) -> None:
        anna, boris = await person(session, "Анна"), await person(session, "Борис")
        opened = await purchase(session, anna, boris)
        await remove_participant(session, actor=anna, purchase_id=opened.id, user_id=boris.user_id, now=NOW)
        await spending(session, anna, opened, 300_00, title="<Мясо> & соль")
        await session.flush()

        rows = await history_of(session, actor=anna, purchase_id=opened.id, limit=10)
        people = await people_in_history(session, rows, purchase_id=opened.id, language="ru")
        told = [written_history(row, people, "RUB", "ru") for row in rows]

        assert told[0] == "Анна: «<Мясо> & соль» — 300\xa0₽"
        assert "Анна: убрал(а) Борис" in told
