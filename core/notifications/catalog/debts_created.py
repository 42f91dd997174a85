"""To everybody who owes or is owed after a lock: how much, whom, and what to do now."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import PurchaseId
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.dates import written_date
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.events import DistributionLocked
from core.purchases.models import Purchase
from core.settlement.models import Intent, IntentStatus
from core.texts import say, say_plain


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return both people of every debt, each once."""
    assert isinstance(event, DistributionLocked)
    of_lock = (Intent.purchase_id == event.purchase_id) & (Intent.lock_number == event.lock_number)
    intents = list(await session.scalars(select(Intent).where(of_lock).order_by(Intent.id)))
    people = dict.fromkeys(user_id for intent in intents for user_id in (intent.payer_id, intent.payee_id))
    params = {"purchase_id": str(event.purchase_id), "lock_number": event.lock_number, "start": "debts"}
    return [Recipient(user_id=user_id, params=params) for user_id in people]


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message:
    """Return the reader's debts of this lock, with a button to pay each."""
    purchase = await session.get_one(Purchase, PurchaseId(UUID(params["purchase_id"])))
    of_lock = (Intent.purchase_id == purchase.id) & (Intent.lock_number == params["lock_number"])
    own = (Intent.payer_id == reader.user_id) | (Intent.payee_id == reader.user_id)
    intents = list(await session.scalars(select(Intent).where(of_lock, own).order_by(Intent.id)))
    people = await names_of(
        session, [user for intent in intents for user in (intent.payer_id, intent.payee_id)], reader.language
    )
    lines: list[str] = [say(reader.language, "told-debts-head", purchase=purchase.title)]
    rows = []
    for intent in intents:
        owes = intent.payer_id == reader.user_id
        lines.append(_line(intent, people[intent.payee_id if owes else intent.payer_id], reader, owes=owes))
        if owes and intent.status != IntentStatus.CANCELED:
            amount = format_money(Money(intent.left_minor, intent.currency), reader.language)
            label = say_plain(reader.language, "button-pay", name=people[intent.payee_id], amount=amount)
            rows.append((tap(label, "pay", intent.id, style="primary"),))
    if rows:
        rows.append((tap(say_plain(reader.language, "button-why"), "explain", purchase.id),))
    return Message("\n".join(lines), tuple(rows))


def _line(intent: Intent, name: str, reader: Reader, *, owes: bool) -> str:
    amount = format_money(Money(intent.amount_minor, intent.currency), reader.language)
    due = written_date(intent.due_at, reader.time_zone, reader.language)
    return say(reader.language, "told-you-owe" if owes else "told-you-are-owed", name=name, amount=amount, due=due)


ENTRY = Entry("debts-created", (DistributionLocked,), recipients, render)
