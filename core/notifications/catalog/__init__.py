"""Everything that people are told of their own accord: one file per notification, all of them named here."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.notifications.catalog import (
    claim_answered,
    claim_withdrawn,
    debt_written_off,
    debts_canceled,
    debts_created,
    debts_overdue,
    debts_settled,
    invite_declined,
    invited,
    order_ended,
    organizer_changed,
    password_set,
    payment_came_late,
    payment_claimed,
    payment_progress,
    payment_received,
    please_open_chat,
    purchase_closed,
    refund_told,
    reminder,
    removed,
    report_progress,
    telegram_unlinked,
    top_up_refunded,
    withdrawal_settled,
)
from core.notifications.catalog.entry import Entry, Reader
from core.notifications.message import Message
from core.outbox.event import Event

CATALOG: dict[str, Entry] = {
    module.ENTRY.kind: module.ENTRY
    for module in (
        claim_answered,
        claim_withdrawn,
        debt_written_off,
        debts_canceled,
        debts_created,
        debts_overdue,
        debts_settled,
        invite_declined,
        invited,
        order_ended,
        organizer_changed,
        password_set,
        payment_came_late,
        payment_claimed,
        payment_progress,
        payment_received,
        please_open_chat,
        purchase_closed,
        refund_told,
        reminder,
        report_progress,
        removed,
        telegram_unlinked,
        top_up_refunded,
        withdrawal_settled,
    )
}
EVENTS_TOLD = tuple(dict.fromkeys(event for entry in CATALOG.values() for event in entry.events))

__all__ = ["CATALOG", "EVENTS_TOLD", "Entry", "Reader", "entries_about", "render"]


def entries_about(event: Event) -> list[Entry]:
    """Return the notifications that this event may cause."""
    return [entry for entry in CATALOG.values() if isinstance(event, entry.events)]


async def render(session: AsyncSession, kind: str, params: dict[str, Any], reader: Reader) -> Message | None:
    """Return the message of a notification as its reader will see it, or None if there is nothing to tell any more."""
    return await CATALOG[kind].render(session, params, reader)
