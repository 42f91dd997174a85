"""Who listens to what: the whole of it on one screen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.identity.events import PlaceholderClaimed, PreferencesChosen
from core.ids import EventId
from core.live.what_changed import EVENTS_SEEN
from core.notifications.catalog import EVENTS_TOLD
from core.orders.events import OrderPlaced
from core.outbox.event import REGISTRY, Event
from core.purchases.events import DistributionLocked, OrganizerChanged, PurchaseClosed, PurchaseEvent
from workers.reactions import (
    claim_invites,
    finish_order,
    mark_card,
    notify,
    plan_reminders,
    post_report,
    record_changes,
    take_order,
)

React = Callable[[AsyncSession, Event, EventId], Awaitable[None]]
ReactToMany = Callable[[AsyncSession, Sequence[tuple[Event, EventId]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reaction:
    """Changes only our database, once for each event, in one transaction with the proof that it did.

    Events that wait together share a transaction; `react_to_many`, where there is one, has them all at once.
    """

    name: str
    events: tuple[type[Event], ...]
    react: React
    react_to_many: ReactToMany | None = None


EVERYTHING_ON_A_CARD = tuple(event for event in REGISTRY.values() if issubclass(event, PurchaseEvent))

SUBSCRIPTIONS = (
    Reaction("mark-card", EVERYTHING_ON_A_CARD, mark_card.react, mark_card.react_to_many),
    Reaction("live", EVENTS_SEEN, record_changes.react, record_changes.react_to_many),
    Reaction("notify", EVENTS_TOLD, notify.react, notify.react_to_many),
    Reaction("claim-invites", (PlaceholderClaimed,), claim_invites.react),
    Reaction("plan-reminders", (DistributionLocked, OrganizerChanged, PreferencesChosen), plan_reminders.react),
    Reaction("post-report", (PurchaseClosed,), post_report.react),
    Reaction("take-orders", (OrderPlaced,), take_order.react, take_order.react_to_many),
    Reaction("finish-orders", (MoneyHeld, HoldRefused), finish_order.react, finish_order.react_to_many),
)


def listeners() -> dict[str, list[str]]:
    """Return the names of the consumers of each event, by the event's name."""
    wanted: dict[str, list[str]] = {}
    for subscription in SUBSCRIPTIONS:
        for event in subscription.events:
            wanted.setdefault(event.name, []).append(subscription.name)
    return wanted
