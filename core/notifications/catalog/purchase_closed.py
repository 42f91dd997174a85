"""To the chat: the purchase is closed, and this is what everybody paid and bore."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import PurchaseId, UserId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import PurchaseClosed
from core.purchases.models import Purchase
from core.settlement.preview_distribution import distribution_of, done_tasks_of
from core.texts import say

TASKS_SHOWN_MAX = 30


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return the purchase's chat; where it has none, the organiser."""
    assert isinstance(event, PurchaseClosed)
    purchase = await session.get_one(Purchase, event.purchase_id)
    params = {"purchase_id": str(purchase.id), "start": "purchases"}
    if purchase.chat_id is None:
        return [Recipient(user_id=purchase.owner_id, params=params)]
    return [Recipient(chat_id=purchase.chat_id, params=params)]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the result: what was bought, and what each person paid at the shop and bore."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    distribution = await distribution_of(session, purchase)
    paid: dict[UserId, int] = {}
    borne: dict[UserId, int] = {}
    for task in await done_tasks_of(session, purchase.id):
        for user_id, minor in task.payers.items():
            paid[user_id] = paid.get(user_id, 0) + minor
        for user_id, minor in task.shares.items():
            borne[user_id] = borne.get(user_id, 0) + minor

    def money(minor: int) -> str:
        return format_money(Money(minor, purchase.currency), reader.language)

    lines: list[str] = [
        say(reader.language, "told-closed-head", purchase=purchase.title, total=money(distribution.total_minor))
    ]
    lines += [
        say(reader.language, "told-closed-task", title=task.title, cost=money(task.cost_minor or 0))
        for task in distribution.done[:TASKS_SHOWN_MAX]
    ]
    people = await names_of(session, [*paid, *borne], reader.language)
    lines += ["", say(reader.language, "told-closed-people")]
    lines += [
        say(
            reader.language,
            "told-closed-person",
            name=name,
            paid=money(paid.get(user_id, 0)),
            borne=money(borne.get(user_id, 0)),
        )
        for user_id, name in people.items()
    ]
    return Message("\n".join(lines))


ENTRY = Entry("purchase-closed", (PurchaseClosed,), recipients, render)
