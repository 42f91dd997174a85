"""Everything that can get stuck: how one finds out, and the commands that show and mend it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.models import Withdrawal, WithdrawalStatus
from core.identity.models import User
from core.ledger.audit import audit
from core.ledger.chart import Kind
from core.ledger.last_audit import last_audit
from core.ledger.models import Account, Journal
from core.notifications.listings import find_cards
from core.notifications.models import Delivery, Notification
from core.orders.models import Order, OrderStatus
from core.outbox.models import DeadLetter, OutboxRow, QueueRow
from core.payments.expire_attempts import ANSWER_WITHIN
from core.payments.listings import STUCK_AFTER
from core.payments.models import (
    OPEN,
    Attempt,
    AttemptStatus,
    NoticeRow,
    NoticeStatus,
    Rail,
    Refund,
    RefundStatus,
)
from core.payments.place_suspense import suspended
from core.reminders.models import Reminder, ReminderStatus
from core.reports.models import UNFINISHED, Report, ReportStatus
from core.settlement.models import PAYABLE, Intent

SECONDS = timedelta(seconds=1)
ROWS_MAX = 10_000
# What cannot be delivered because of the person is no fault of ours: it is told in their group instead.
NO_FAULT = ("blocked", "not_started", "deactivated")


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many things of a kind are stuck, and since when the oldest is."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of thing that can get stuck; `see` and `mend` are commands."""

    name: str
    find: Callable[[AsyncSession, datetime], Awaitable[Stuck]]
    see: str
    mend: Sequence[str] = ()


async def find_stuck(session: AsyncSession, *, now: datetime) -> list[dict[str, Any]]:
    """Return every kind of thing that is stuck at this moment, with the commands that show and mend it."""
    found = []
    for check in CHECKS:
        stuck = await check.find(session, now)
        if stuck.count:
            found.append({"what": check.name, **asdict(stuck), "see": check.see, "mend": ", ".join(check.mend)})
    return found


def _rows(model: Any, at: str, where: Callable[[datetime], ColumnElement[bool]]) -> Any:
    """Return what counts the rows of a table that are stuck at a moment; `at` is the column that says since when."""

    async def find(session: AsyncSession, now: datetime) -> Stuck:
        counted: Select[Any] = select(func.count(), func.min(getattr(model, at))).where(where(now))
        count, since = (await session.execute(counted)).one()
        return Stuck(count, since)

    return find


async def _stale_cards(session: AsyncSession, now: datetime) -> Stuck:
    since = [
        card.stale_since
        for card in await find_cards(session, is_stale=True, limit=ROWS_MAX)
        if card.stale_since is not None and card.stale_since < now - 600 * SECONDS
    ]
    return Stuck(len(since), min(since, default=None))


async def _suspense(session: AsyncSession, _now: datetime) -> Stuck:
    waiting = [money.at for money in await suspended(session, limit=ROWS_MAX) if not money.placed]
    return Stuck(len(waiting), min(waiting, default=None))


async def _violations(session: AsyncSession, _now: datetime) -> Stuck:
    return Stuck(len(await audit(session)), None)


async def _money_of_nobody(session: AsyncSession, _now: datetime) -> Stuck:
    full = (Account.kind == Kind.WALLET) & (Account.balance > 0) & User.erased_at.is_not(None)
    counted = select(func.count(), func.min(User.erased_at)).select_from(Account)
    count, since = (await session.execute(counted.join(User, User.id == Account.owner_id).where(full))).one()
    return Stuck(count, since)


async def _long_transactions(session: AsyncSession, _now: datetime) -> Stuck:
    old = "datname = current_database() AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > '60 s'"
    counted = await session.execute(text(f"SELECT count(*), min(xact_start) FROM pg_stat_activity WHERE {old}"))  # noqa: S608 -- our own words
    count, since = counted.one()
    return Stuck(count, since)


async def _unaudited(session: AsyncSession, now: datetime) -> Stuck:
    last = await last_audit(session)
    since = last.audited_at if last else await session.scalar(select(func.min(Journal.created_at)))
    late = since is not None and since < now - timedelta(minutes=20)
    return Stuck(int(late), since)


CHECKS = (
    Check(
        "events that nobody publishes",
        _rows(OutboxRow, "created_at", lambda now: OutboxRow.created_at < now - 60 * SECONDS),
        see="outbox list",
    ),
    Check(
        "events that wait for a consumer",
        _rows(QueueRow, "created_at", lambda now: QueueRow.created_at < now - 300 * SECONDS),
        see="queue list",
        mend=("queue retry", "queue bury"),
    ),
    Check(
        "dead letters",
        _rows(DeadLetter, "died_at", lambda _: DeadLetter.event_id.is_not(None)),
        see="dead-letters list",
        mend=("dead-letters replay", "dead-letters discard"),
    ),
    Check(
        "notifications that failed",
        _rows(
            Notification,
            "created_at",
            lambda now: (
                (Notification.status == Delivery.FAILED)
                & Notification.reason.not_in(NO_FAULT)
                & (Notification.finished_at > now - timedelta(days=7))
            ),
        ),
        see="notifications list --status failed",
        mend=("notifications retry",),
    ),
    Check(
        "notifications that nobody sends",
        _rows(
            Notification,
            "created_at",
            lambda now: (
                Notification.status.in_([Delivery.QUEUED, Delivery.SENDING])
                & (Notification.not_before < now - 300 * SECONDS)
            ),
        ),
        see="notifications list --status queued",
        mend=("notifications retry",),
    ),
    Check(
        "reports that were not made",
        _rows(
            Report,
            "created_at",
            lambda now: (
                ((Report.status == ReportStatus.FAILED) & (Report.finished_at > now - timedelta(days=7)))
                | (Report.status.in_(UNFINISHED) & (Report.created_at < now - 600 * SECONDS))
            ),
        ),
        see="reports list --stuck",
        mend=("reports retry",),
    ),
    Check("cards behind their purchase", _stale_cards, see="cards list --stale", mend=("cards redraw",)),
    Check(
        "payments that should have ended",
        _rows(
            Attempt,
            "created_at",
            lambda now: (
                Attempt.status.in_(OPEN) & (Attempt.rail != Rail.MANUAL) & (Attempt.created_at < now - STUCK_AFTER)
            ),
        ),
        see="attempts list --stuck",
        mend=("attempts ask",),
    ),
    Check(
        "refunds that should have ended",
        _rows(
            Refund,
            "created_at",
            lambda now: (
                (Refund.status == RefundStatus.PENDING)
                & Refund.confirm_by.is_(None)  # else its receiver is asked, and it ends by itself
                & (Refund.created_at < now - STUCK_AFTER)
            ),
        ),
        see="refunds list --status pending",
        mend=("refunds ask", "refunds settle"),
    ),
    Check(
        "orders that should have ended",
        _rows(
            Order,
            "created_at",
            lambda now: (Order.status == OrderStatus.NEW) & (Order.created_at < now - 600 * SECONDS),
        ),
        see="orders list --older-than 10",
        mend=("orders cancel",),
    ),
    Check(
        "notices that nobody could place",
        _rows(
            NoticeRow,
            "received_at",
            lambda now: (
                NoticeRow.status.in_([NoticeStatus.NOT_UNDERSTOOD, NoticeStatus.SUSPENSE])
                | NoticeRow.status.in_([NoticeStatus.STORED, NoticeStatus.PARKED])
                & (NoticeRow.next_try_at < now - 300 * SECONDS)
            ),
        ),
        see="notices list",
        mend=("notices replay",),
    ),
    Check("money that nobody could place", _suspense, see="suspense list", mend=("suspense place",)),
    Check("money of people who were erased", _money_of_nobody, see="accounts list", mend=("refunds create",)),
    Check(
        "withdrawals that wait for an operator",
        _rows(
            Withdrawal,
            "created_at",
            lambda now: (
                (Withdrawal.status == WithdrawalStatus.REQUESTED) & (Withdrawal.created_at < now - timedelta(days=1))
            ),
        ),
        see="withdrawals list --status requested",
        mend=("withdrawals paid", "withdrawals reject"),
    ),
    # What follows is the work of the schedule, and stuck where no worker has that role.
    Check(
        "reminders that nobody sends",
        _rows(
            Reminder,
            "at",
            lambda now: (Reminder.status == ReminderStatus.WAITING) & (Reminder.at < now - 600 * SECONDS),
        ),
        see="reminders list --status waiting",
    ),
    Check(
        "claims that should have been confirmed",
        _rows(
            Attempt,
            "confirm_by",
            lambda now: (
                (Attempt.status == AttemptStatus.PENDING_CONFIRMATION) & (Attempt.confirm_by < now - 600 * SECONDS)
            ),
        ),
        see="attempts list --status pending_confirmation",
    ),
    Check(
        "refunds that nobody answered in time",
        _rows(
            Refund,
            "created_at",
            lambda now: (
                (Refund.status == RefundStatus.PENDING) & (Refund.confirm_by < now - 600 * SECONDS)
                | (Refund.status == RefundStatus.REQUESTED) & (Refund.created_at < now - ANSWER_WITHIN - 600 * SECONDS)
            ),
        ),
        see="refunds list",
    ),
    Check(
        "debts that should have expired",
        _rows(
            Intent,
            "due_at",
            lambda now: (
                (Intent.due_at < now - 600 * SECONDS) & Intent.expired_at.is_(None) & Intent.status.in_(PAYABLE)
            ),
        ),
        see="reminders list",
    ),
    Check("a book that nobody audits", _unaudited, see="ledger audit"),
    Check("transactions that do not end", _long_transactions, see="db status"),
    Check("violations of the book", _violations, see="ledger audit"),
)
