"""Act on stored notices: one at a time, each as often as it takes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.payments.models import NoticeRow, NoticeStatus
from core.payments.provider import Outcome, PaymentState, Received, RefundState
from core.payments.take_payment_state import Taken, put_into_suspense, take_payment_state
from core.payments.take_refund_state import take_refund_state

log = structlog.get_logger()
LEASE = timedelta(seconds=65)
# A notice may come before the transaction that it is about, so what is unknown now may be known in a moment.
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 10, 60, 600))
DUE = (NoticeStatus.STORED, NoticeStatus.PARKED)


class NoticeNotFound(NotFound):
    """There is no such notice."""


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is to be acted on."""

    id: int
    provider: str
    received: Received


async def claim_notice(session: AsyncSession, *, providers: Collection[str], now: datetime) -> Due | None:
    """Return the next notice that is due, and keep others away from it for a minute."""
    due = NoticeRow.status.in_(DUE) & (NoticeRow.next_try_at <= now) & NoticeRow.provider.in_(providers)
    found = select(NoticeRow).where(due).order_by(NoticeRow.next_try_at).limit(1)
    row = await session.scalar(found.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.next_try_at = now + LEASE
    row.tries += 1
    received = Received(row.raw, dict(row.headers), dict(row.query), row.peer)
    return Due(row.id, row.provider, received)


async def take_notice(
    session: AsyncSession,
    due: Due,
    *,
    payment: PaymentState | None = None,
    refund: RefundState | None = None,
    is_confirmed: bool = True,
    now: datetime,
) -> NoticeStatus:
    """Let what a notice speaks of go on as the provider says; `payment` or `refund` is verified or fetched.

    What is not known yet is tried again for some minutes; then its money goes into suspense. `is_confirmed` is False
    where the notice told of an end of which the provider, when asked, knows nothing yet: it is asked again.
    """
    row = await _locked(session, due.id)
    if row.status not in DUE:
        return NoticeStatus(row.status)
    said = payment or refund
    if said is None or said.outcome == Outcome.REJECTED:
        return _finish(row, NoticeStatus.IGNORED, now, "the provider knows of no such thing")
    if said.outcome == Outcome.UNKNOWN:
        return _park(row, "the provider gave no exact answer", now)
    if not is_confirmed:
        return _ask_again(row, now)
    if payment is not None:
        taken = await take_payment_state(session, provider=row.provider, state=payment, now=now)
    else:
        assert refund is not None
        taken = await take_refund_state(session, provider=row.provider, state=refund, now=now)
    if taken == Taken.NO_ATTEMPT:
        return await _take_stranger(session, row, said, now)
    is_placed = taken == Taken.DONE
    status = NoticeStatus.DONE if is_placed else NoticeStatus.SUSPENSE
    return _finish(row, status, now, None if is_placed else "not the amount that was asked for")


async def put_notice_aside(session: AsyncSession, due: Due, *, detail: str, now: datetime) -> None:
    """Keep a notice that cannot be read for an operator; it is read anew when it is replayed."""
    row = await _locked(session, due.id)
    if row.status in DUE:
        _finish(row, NoticeStatus.NOT_UNDERSTOOD, now, detail)


def _ask_again(row: NoticeRow, now: datetime) -> NoticeStatus:
    """Wait until the provider says itself what the notice said; if it never does, somebody else wrote that."""
    if row.tries <= len(AGAIN_AFTER):
        return _park(row, "the provider does not say so yet", now)
    return _finish(row, NoticeStatus.IGNORED, now, "the provider never said so")


async def _take_stranger(
    session: AsyncSession, row: NoticeRow, said: PaymentState | RefundState, now: datetime
) -> NoticeStatus:
    """Wait for what a notice speaks of; if it never turns up, put its money into suspense."""
    if row.tries <= len(AGAIN_AFTER):
        return _park(row, "nothing that we know of yet", now)
    if said.outcome != Outcome.SUCCEEDED:
        return _finish(row, NoticeStatus.IGNORED, now, "nothing that we know of")
    if isinstance(said, PaymentState):
        await put_into_suspense(session, provider=row.provider, state=said, now=now)
        return _finish(row, NoticeStatus.SUSPENSE, now, "money for nothing that we know of")
    return _finish(row, NoticeStatus.SUSPENSE, now, "a refund that we did not ask for")


async def replay_notice(session: AsyncSession, *, notice_id: int, now: datetime) -> NoticeRow:
    """Let a notice be acted on once more; what it has done already is not done again.

    :raises NoticeNotFound: if there is none.
    """
    row = await _locked(session, notice_id)
    row.status, row.tries, row.next_try_at, row.finished_at, row.detail = NoticeStatus.STORED, 0, now, None, None
    return row


async def _locked(session: AsyncSession, notice_id: int) -> NoticeRow:
    found = select(NoticeRow).where(NoticeRow.id == notice_id).with_for_update()
    row = await session.scalar(found.execution_options(populate_existing=True))
    if row is None:
        raise NoticeNotFound
    return row


def _park(row: NoticeRow, detail: str, now: datetime) -> NoticeStatus:
    row.status, row.detail = NoticeStatus.PARKED, detail
    row.next_try_at = now + AGAIN_AFTER[min(row.tries, len(AGAIN_AFTER)) - 1]
    return NoticeStatus.PARKED


def _finish(row: NoticeRow, status: NoticeStatus, now: datetime, detail: str | None = None) -> NoticeStatus:
    row.status, row.detail, row.finished_at = status, detail, now
    if status == NoticeStatus.SUSPENSE:
        log.error("notice-in-suspense", notice_id=row.id, provider=row.provider, detail=detail)
    return status
