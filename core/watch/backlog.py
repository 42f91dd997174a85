"""What waits in the database: how much of it, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, cast, extract, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core.accounts.models import Withdrawal, WithdrawalStatus
from core.notifications.models import Card, Delivery, Notification
from core.orders.models import Order, OrderStatus
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from core.payments.models import OPEN, Attempt, NoticeRow, Rail, Refund, RefundStatus
from core.payments.take_notice import DUE
from core.reminders.models import Reminder, ReminderStatus
from core.reports.models import Report, ReportStatus

ROWS, QUEUE, DEAD = "rows", "queue", "dead"
Column = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many rows that are due, the oldest for so many seconds; `what` names them, or the consumer they are for."""

    kind: str  # ROWS, QUEUE or DEAD
    what: str
    count: int
    oldest_seconds: float


async def read_backlog(session: AsyncSession, *, now: datetime) -> Sequence[Waiting]:
    """Return what is due at `now` and not done, in one statement that reads only what waits."""
    wanted = (
        # By the database's clock, which wrote these.
        _due("outbox", OutboxRow.created_at, func.clock_timestamp()),
        _due(
            "notifications", Notification.not_before, now, Notification.status.in_([Delivery.QUEUED, Delivery.SENDING])
        ),
        _due("notices", NoticeRow.next_try_at, now, NoticeRow.status.in_(DUE)),
        _due("attempts", Attempt.next_call_at, now, Attempt.status.in_(OPEN) & (Attempt.rail == Rail.PROVIDER)),
        _due("refunds", Refund.next_call_at, now, Refund.status == RefundStatus.PENDING),
        _due("orders", Order.created_at, now, Order.status == OrderStatus.NEW),
        _due("withdrawals", Withdrawal.created_at, now, Withdrawal.status == WithdrawalStatus.REQUESTED),
        _due("reminders", Reminder.at, now, Reminder.status == ReminderStatus.WAITING),
        _due("reports", Report.not_before, now, Report.status.in_([ReportStatus.QUEUED, ReportStatus.RUNNING])),
        _stale_cards(),
        _by_consumer(QUEUE, QueueRow),
        _by_consumer(DEAD, DeadLetter),
    )
    rows = await session.execute(union_all(*wanted))
    return [Waiting(kind, what, count, max(0, oldest or 0)) for kind, what, count, oldest in rows]


def _due(
    what: str, since: Column, now: datetime | ColumnElement[datetime], condition: ColumnElement[bool] | None = None
) -> Select[Any, Any, Any, Any]:
    found = select(literal(ROWS), literal(what), func.count(), _seconds(since, now)).where(since <= now)
    return found if condition is None else found.where(condition)


def _stale_cards() -> Select[Any, Any, Any, Any]:
    """Cards know when they may be edited, not since when they should have been."""
    stale = (Card.wanted_version > Card.shown_version) & (Card.not_before <= func.clock_timestamp())
    return select(literal(ROWS), literal("cards"), func.count(), literal(0)).select_from(Card).where(stale)


def _by_consumer(kind: str, row: type[QueueRow | DeadLetter]) -> Select[Any, Any, Any, Any]:
    age = _seconds(row.created_at, func.clock_timestamp())
    return select(literal(kind), row.consumer, func.count(), age).group_by(row.consumer)


def _seconds(since: Column, now: datetime | ColumnElement[datetime]) -> ColumnElement[Any]:
    return cast(extract("epoch", now - func.min(since)), Double)
