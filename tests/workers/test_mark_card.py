"""The cards of changed purchases are marked by however many workers at once."""

import asyncio

from sqlalchemy import select

from core.db import Database
from core.ids import EventId, PurchaseId, new_id
from core.notifications.card_upkeep import mark_stale
from core.notifications.models import Card
from core.outbox.envelope import Envelope
from core.purchases.events import PurchaseOpened
from tests.builders import NOW, person, purchase
from tests.databases import until_waiting
from workers.handle import handle_many
from workers.subscriptions import SUBSCRIPTIONS

[MARK_CARD] = [reaction for reaction in SUBSCRIPTIONS if reaction.name == "mark-card"]


def _changed(purchase_id: PurchaseId) -> Envelope:
    event = PurchaseOpened(purchase_id=purchase_id, actor_id=None, title="Шашлыки")
    payload = event.model_dump(mode="json")
    return Envelope(EventId(new_id()), event.name, event.version, purchase_id, payload, {}, NOW)


class TestABatch:
    async def test_marks_its_cards_in_an_order_that_parts_nobody(self, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session)
            first, second = sorted([(await purchase(session, anna)).id for _ in range(2)])
        batch = [_changed(second), _changed(first), _changed(second)]

        async with asyncio.timeout(20), asyncio.TaskGroup() as both, db.transaction() as other:
            await mark_stale(other, first)
            both.create_task(handle_many(db, MARK_CARD, batch))
            await until_waiting(db, 1)
            await mark_stale(other, second)

        async with db.transaction() as session:
            marked = await session.scalars(select(Card.purchase_id).where(Card.wanted_version > Card.shown_version))
            assert set(marked) == {first, second}
