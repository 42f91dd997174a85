"""To the organiser, in private: debts of their purchases that were not paid in time; a digest, once a week at most."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.money import Money, format_money
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.dates import written_due
from core.notifications.message import Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.models import Purchase
from core.settlement.models import PAYABLE, Intent
from core.texts import say, say_plain

SHOWN_MAX = 30


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return nobody: this one is queued when it is time, not by an event."""
    return []


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return the debts that are still open, and for those owed to the reader a button; None without any."""
    wanted = Intent.id.in_([UUID(intent_id) for intent_id in params["intent_ids"]]) & Intent.status.in_(PAYABLE)
    found = select(Intent, Purchase).join(Purchase, Purchase.id == Intent.purchase_id).where(wanted)
    debts = (await session.execute(found.order_by(Intent.due_at, Intent.id))).all()
    if not debts:
        return None
    involved = [user for intent, _ in debts for user in (intent.payer_id, intent.payee_id)]
    people = await names_of(session, involved, reader.language)
    lines = [
        say(
            reader.language,
            "told-overdue-line",
            payer=people[intent.payer_id],
            payee=people[intent.payee_id],
            amount=format_money(Money(intent.left_minor, intent.currency), reader.language),
            purchase=purchase.title,
            due=written_due(intent.due_at, reader.now, reader.time_zone, reader.language),
        )
        for intent, purchase in debts[:SHOWN_MAX]
    ]
    if len(debts) > len(lines):
        lines.append(say(reader.language, "told-reminders-more", count=len(debts) - len(lines)))
    end = say(reader.language, "told-overdue-end")
    rows = tuple(
        (tap(say_plain(reader.language, "button-look-at-debt", name=people[intent.payer_id]), "owed", intent.id),)
        for intent, _ in debts[:SHOWN_MAX]
        if intent.payee_id == reader.user_id
    )
    return Message("\n".join([say(reader.language, "told-overdue"), *lines, "", end]), rows)


ENTRY = Entry("debts-overdue", (), recipients, render, can_wait=True)
