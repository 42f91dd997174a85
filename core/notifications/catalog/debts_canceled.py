"""To everybody who owed or was owed: the organiser undid the split."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ids import PurchaseId
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import DistributionUnlocked
from core.purchases.models import Purchase
from core.settlement.models import Intent
from core.texts import say


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return both people of every canceled debt, each once, except who undid it."""
    assert isinstance(event, DistributionUnlocked)
    of_lock = (Intent.purchase_id == event.purchase_id) & (Intent.lock_number == event.lock_number)
    intents = list(await session.scalars(select(Intent).where(of_lock).order_by(Intent.id)))
    people = dict.fromkeys(user_id for intent in intents for user_id in (intent.payer_id, intent.payee_id))
    params = {"purchase_id": str(event.purchase_id), "start": "debts"}
    return [Recipient(user_id=user_id, params=params) for user_id in people if user_id != event.actor_id]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return one sentence."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    return Message(say(reader.language, "told-debts-canceled", purchase=purchase.title))


ENTRY = Entry("debts-canceled", (DistributionUnlocked,), recipients, render)
