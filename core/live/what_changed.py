"""Which change an event means to whom, by what the event itself says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.accounts.events import MoneyHeld, WithdrawalEvent
from core.ids import PurchaseId, UserId
from core.live.models import Kind
from core.orders.events import OrderCancelled, OrderEvent, OrderFinished, OrderPlaced
from core.orders.models import OrderStatus
from core.outbox.event import REGISTRY, Event
from core.payments.events import (
    AttemptEvent,
    AttemptMoved,
    CameLate,
    PaymentReceived,
    RefundEvent,
    RefundRequested,
    TopUpRefundMoved,
)
from core.payments.models import AttemptStatus, Rail
from core.purchases.events import (
    InviteDeclined,
    ParticipantLeft,
    ParticipantRemoved,
    PersonInvited,
    PurchaseEvent,
    TaskEvent,
)
from core.reports.events import ReportMoved
from core.settlement.events import IntentEvent

SEEN = (PurchaseEvent, OrderEvent, MoneyHeld, WithdrawalEvent, AttemptMoved, CameLate, TopUpRefundMoved, ReportMoved)
EVENTS_SEEN = tuple(event for event in REGISTRY.values() if issubclass(event, SEEN))

ORDER_STATUS = {
    OrderPlaced: OrderStatus.NEW,
    OrderFinished: OrderStatus.FINISHED,
    OrderCancelled: OrderStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """A change for the people named here, and with `for_all` for everybody who sees the purchase it is about.

    `data` is JSON and says no more than each of them may know.
    """

    kind: Kind
    object_id: UUID
    people: frozenset[UserId] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict)
    purchase_id: PurchaseId | None = None
    for_all: bool = False


def what_changed(event: Event) -> list[Told]:
    """Return what changed by an event; of a report the row has to say more (`record_changes`)."""
    told: list[Told] = []
    match event:
        case IntentEvent():
            told = _by_intent(event)
        case PurchaseEvent():
            told = [_by_purchase(event)]
        case OrderEvent():
            told = _by_order(event)
        case AttemptMoved():
            told = _by_attempt(event)
        case MoneyHeld():
            told = [_wallet(event.order_id, event.user_id, currency=event.currency)]
        case WithdrawalEvent():
            told = [_wallet(event.withdrawal_id, event.user_id, currency=event.currency)]
        case CameLate():
            told = [_wallet(event.attempt_id, event.payer_id, currency=event.currency)]
        case TopUpRefundMoved():
            told = [_wallet(event.refund_id, event.user_id)]
    return told


def _by_purchase(event: PurchaseEvent) -> Told:
    ids: dict[str, UUID | None] = {"actor_id": event.actor_id}
    people: set[UserId] = set()
    match event:
        case TaskEvent():
            ids["task_id"] = event.task_id
        case PersonInvited():
            people = {event.invitee_id}
        case InviteDeclined() if event.actor_id is not None:
            people = {event.actor_id}
        # A last word: they see nothing of the purchase from now on.
        case ParticipantLeft() if event.actor_id is not None:
            people, ids["user_id"] = {event.actor_id}, event.actor_id
        case ParticipantRemoved():
            people, ids["user_id"] = {event.user_id}, event.user_id
    return Told(Kind.PURCHASE, event.purchase_id, frozenset(people), _written(ids), event.purchase_id, for_all=True)


def _by_intent(event: IntentEvent) -> list[Told]:
    ids: dict[str, UUID | None] = {"actor_id": event.actor_id, "payer_id": event.payer_id, "payee_id": event.payee_id}
    if isinstance(event, AttemptEvent):
        ids["attempt_id"] = event.attempt_id
    if isinstance(event, RefundEvent):
        ids["refund_id"] = event.refund_id
    both = frozenset({event.payer_id, event.payee_id})
    told = [Told(Kind.INTENT, event.intent_id, both, _written(ids), event.purchase_id, for_all=True)]
    if _moves_wallets(event):
        told += [_wallet(event.intent_id, person, currency=event.currency) for person in sorted(both)]
    return told


def _moves_wallets(event: IntentEvent) -> bool:
    """Return whether money of wallets moved; that it may have, where an event leaves it open."""
    if isinstance(event, RefundEvent):
        return event.rail != Rail.MANUAL and not isinstance(event, RefundRequested)
    return isinstance(event, PaymentReceived)


def _by_order(event: OrderEvent) -> list[Told]:
    data = {
        "status": ORDER_STATUS[type(event)].upper(),
        "amount_cents": event.amount_minor,
        "currency": event.currency,
        "reason": event.reason if isinstance(event, OrderCancelled) else None,
        **_written({"attempt_id": event.attempt_id}),
    }
    told = [Told(Kind.ORDER, event.order_id, frozenset({event.user_id}), data)]
    if not isinstance(event, OrderPlaced):
        told.append(_wallet(event.order_id, event.user_id, currency=event.currency))
    return told


def _by_attempt(event: AttemptMoved) -> list[Told]:
    told = [Told(Kind.ATTEMPT, event.attempt_id, frozenset({event.payer_id}), {"status": event.status})]
    if event.status == AttemptStatus.SUCCEEDED:
        told.append(_wallet(event.attempt_id, event.payer_id))
    return told


def _wallet(object_id: UUID, user_id: UserId, **data: str) -> Told:
    return Told(Kind.ACCOUNT, object_id, frozenset({user_id}), data)


def _written(ids: Mapping[str, UUID | None]) -> dict[str, str | None]:
    return {name: None if identity is None else str(identity) for name, identity in ids.items()}
