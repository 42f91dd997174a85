"""To the payer: debts that are due soon, today or since some days, in one message however many they are."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.people import names_of
from core.ids import UserId
from core.money import Money, format_money, format_totals
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.dates import written_due
from core.notifications.message import Button, Message, tap
from core.notifications.queue import Recipient
from core.outbox.event import Event
from core.purchases.models import Purchase
from core.settlement.models import PAYABLE, Intent
from core.texts import say, say_plain

BUTTONS_MAX = 30
SNOOZES = ("snooze_hour", "snooze_day", "snooze_days")

Debts = Sequence[tuple[Intent, Purchase]]


async def recipients(session: AsyncSession, event: Event) -> list[Recipient]:
    """Return nobody: this one is queued when a reminder is due, not by an event."""
    return []


async def render(session: AsyncSession, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return the debts that can still be paid, with the ways to pay and to be reminded later; None without any."""
    wanted = Intent.id.in_([UUID(intent_id) for intent_id in params["intent_ids"]]) & Intent.status.in_(PAYABLE)
    found = select(Intent, Purchase).join(Purchase, Purchase.id == Intent.purchase_id).where(wanted)
    debts = [(intent, purchase) for intent, purchase in await session.execute(found.order_by(Intent.due_at, Intent.id))]
    if not debts:
        return None
    people = await names_of(session, [intent.payee_id for intent, _ in debts], reader.language)
    reminder_id, language = UUID(params["reminder_id"]), reader.language
    later = tuple(tap(say_plain(language, f"button-{key.replace('_', '-')}"), key, reminder_id) for key in SNOOZES)
    if len(debts) == 1:
        text, rows = _one(*debts[0], people, reader)
    else:
        text, rows = _several(debts, people, reader)
    return Message(text, (*rows, later))


Shown = tuple[str, tuple[tuple[Button, ...], ...]]


def _one(intent: Intent, purchase: Purchase, people: Mapping[UserId, str], reader: Reader) -> Shown:
    language, amount = reader.language, _amount(intent, reader)
    text = say(
        language,
        "told-reminder",
        amount=amount,
        payee=people[intent.payee_id],
        purchase=purchase.title,
        due=written_due(intent.due_at, reader.now, reader.time_zone, language),
    )
    label = say_plain(language, "button-paid", amount=amount)
    return text, (
        (_pay(intent, people, reader),),
        (
            tap(label, "paid", intent.id, version=intent.version, style="success"),
            tap(say_plain(language, "button-why"), "why", intent.id),
        ),
    )


def _several(debts: Debts, people: Mapping[UserId, str], reader: Reader) -> Shown:
    language = reader.language
    totals = format_totals((Money(intent.left_minor, intent.currency) for intent, _ in debts), language)
    lines = [
        say(
            language,
            "told-reminders-line",
            amount=_amount(intent, reader),
            payee=people[intent.payee_id],
            purchase=purchase.title,
            due=written_due(intent.due_at, reader.now, reader.time_zone, language),
        )
        for intent, purchase in debts[:BUTTONS_MAX]
    ]
    more = len(debts) - len(lines)
    if more:
        lines.append(say(language, "told-reminders-more", count=more))
    text = "\n".join([say(language, "told-reminders", totals=totals), *lines, "", say(language, "told-reminders-end")])
    return text, tuple((_pay(intent, people, reader),) for intent, _ in debts[:BUTTONS_MAX])


def _pay(intent: Intent, people: Mapping[UserId, str], reader: Reader) -> Button:
    label = say_plain(reader.language, "button-pay", name=people[intent.payee_id], amount=_amount(intent, reader))
    return tap(label, "pay", intent.id, style="primary")


def _amount(intent: Intent, reader: Reader) -> str:
    return format_money(Money(intent.left_minor, intent.currency), reader.language)


ENTRY = Entry("reminder", (), recipients, render, can_wait=True)
