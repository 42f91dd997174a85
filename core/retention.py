"""How long what is kept: everything that nobody needs any more goes, a little at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, any_, delete, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.budgets.models import Budget
from core.dialogs.models import Dialog
from core.idempotency.models import IdempotencyRow
from core.identity.models import PersonalToken, SessionRow, SignInCode, UsedProof
from core.inbox.models import InboxRow
from core.live.changes import KEPT as CHANGES_KEPT
from core.live.models import Change
from core.notifications.models import Delivery, Notification
from core.payments.models import NoticeRow, NoticeStatus
from core.photos.models import Photo

BATCH = 1000  # deleted at once, in some ten milliseconds, so that nobody waits for a lock or for the disk


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that are kept for a time, and which of them it is over for at a moment."""

    model: Any
    days: int
    is_over: Callable[[datetime], ColumnElement[bool]]


def _expired(model: Any, before: datetime) -> ColumnElement[bool]:
    over: ColumnElement[bool] = model.expires_at <= before
    return over


# What is not here is kept for good, or goes when it is done with: events when they are published, queued ones when
# they are handled. Dead letters, and notices that nobody understood or could place, wait for an operator.
KEPT = (
    # Longer than anything can still come again: Telegram repeats for a day, providers for days, buttons live a month.
    Kept(InboxRow, 30, lambda before: InboxRow.handled_at < before),
    Kept(IdempotencyRow, 0, partial(_expired, IdempotencyRow)),  # its row says how long
    *(Kept(model, 0, partial(_expired, model)) for model in (SessionRow, SignInCode, UsedProof)),
    Kept(PersonalToken, 30, partial(_expired, PersonalToken)),  # so that its owner sees why a script is refused
    Kept(Budget, 1, lambda before: Budget.arrival_at < before),  # it is full again
    Kept(Change, CHANGES_KEPT.days, lambda before: Change.recorded_at < before),  # whoever was away longer loads anew
    Kept(Photo, 1, lambda before: ~Photo.is_used & (Photo.created_at < before)),  # it was uploaded to show something
    Kept(Dialog, 30, lambda before: Dialog.updated_at < before),
    Kept(
        NoticeRow,
        180,
        lambda before: (
            NoticeRow.status.in_([NoticeStatus.DONE, NoticeStatus.IGNORED]) & (NoticeRow.finished_at < before)
        ),
    ),
    Kept(
        Notification,
        90,
        lambda before: (
            Notification.status.in_([Delivery.DELIVERED, Delivery.FAILED]) & (Notification.finished_at < before)
        ),
    ),
)


async def sweep(session: AsyncSession, *, now: datetime) -> bool:
    """Delete a batch of everything whose time is over, and return whether there may be more."""
    is_more = False
    for kept in KEPT:
        table: Table = kept.model.__table__
        place: ColumnElement[Any] = literal_column("ctid")
        over = kept.is_over(now - timedelta(days=kept.days))
        # Whoever has such a row in hand keeps it for now.
        batch = select(place).select_from(table).where(over).limit(BATCH).with_for_update(skip_locked=True)
        places = func.array(batch.scalar_subquery())
        gone = await session.execute(delete(table).where(place == any_(places)))
        is_more |= gone.rowcount == BATCH  # type: ignore[attr-defined]
    return is_more
