"""Read attempts, refunds and notices of everybody, for operators."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from core.identity.models import User
from core.ids import AttemptId, shorten
from core.payments.models import OPEN, Attempt, NoticeRow, Rail, Refund
from core.payments.take_notice import NoticeNotFound

STUCK_AFTER = timedelta(hours=1)  # an invoice lives as long, and everything else ends in minutes
NOTICES_MAX = 100


async def find_attempts(
    session: AsyncSession,
    *,
    status: str | None = None,
    provider: str | None = None,
    rail: str | None = None,
    stuck_at: datetime | None = None,
    limit: int,
) -> list[tuple[Attempt, User]]:
    """Return attempts with who pays, the newest first.

    With `stuck_at` only those by a wallet or a provider that at this moment should have ended long ago.
    """
    found = select(Attempt, User).join(User, User.id == Attempt.payer_id)
    if status is not None:
        found = found.where(Attempt.status == status)
    if provider is not None:
        found = found.where(Attempt.provider == provider)
    if rail is not None:
        found = found.where(Attempt.rail == rail)
    if stuck_at is not None:
        is_old = Attempt.created_at < stuck_at - STUCK_AFTER
        found = found.where(Attempt.status.in_(OPEN), Attempt.rail != Rail.MANUAL, is_old)
    rows = await session.execute(found.order_by(Attempt.id.desc()).limit(limit))
    return [(attempt, user) for attempt, user in rows]


async def find_refunds(
    session: AsyncSession, *, status: str | None = None, attempt_id: AttemptId | None = None, limit: int
) -> list[tuple[Refund, Attempt]]:
    """Return refunds with the attempts whose money they give back, the newest first."""
    found = select(Refund, Attempt).join(Attempt, Attempt.id == Refund.attempt_id)
    if status is not None:
        found = found.where(Refund.status == status)
    if attempt_id is not None:
        found = found.where(Refund.attempt_id == attempt_id)
    rows = await session.execute(found.order_by(Refund.id.desc()).limit(limit))
    return [(refund, attempt) for refund, attempt in rows]


async def find_notices(
    session: AsyncSession, *, status: str | None = None, provider: str | None = None, limit: int | None = None
) -> list[NoticeRow]:
    """Return notices without their bodies, the newest first; all of them without a limit."""
    found = select(NoticeRow).options(defer(NoticeRow.raw))
    if status is not None:
        found = found.where(NoticeRow.status == status)
    if provider is not None:
        found = found.where(NoticeRow.provider == provider)
    return list(await session.scalars(found.order_by(NoticeRow.id.desc()).limit(limit)))


async def notice_of(session: AsyncSession, notice_id: int) -> NoticeRow:
    """Return one notice.

    :raises NoticeNotFound: if there is none.
    """
    notice = await session.get(NoticeRow, notice_id)
    if notice is None:
        raise NoticeNotFound
    return notice


async def notices_about(session: AsyncSession, attempt: Attempt, refunds: Sequence[Refund]) -> list[NoticeRow]:
    """Return the notices in which an attempt or one of its refunds is named, the oldest first, up to a hundred.

    They come without their bodies.
    """
    named = [str(attempt.id), shorten(attempt.id), attempt.provider_payment_id]
    named += [str(refund.id) for refund in refunds] + [refund.provider_refund_id for refund in refunds]
    # Called by its whole name: `position` alone is a word of SQL and wants its arguments the other way round.
    mentions = [func.pg_catalog.position(NoticeRow.raw, name.encode()) > 0 for name in named if name]
    # What came before the attempt cannot speak of it, so that the index spares most of the bodies.
    later = NoticeRow.received_at >= attempt.created_at - timedelta(hours=1)
    found = (
        select(NoticeRow)
        .options(defer(NoticeRow.raw))
        .where(NoticeRow.provider == attempt.provider, later, or_(*mentions))
    )
    return list(await session.scalars(found.order_by(NoticeRow.id).limit(NOTICES_MAX)))


def journal_keys(attempt: Attempt, refunds: Sequence[Refund]) -> list[str]:
    """Return the keys of all journals that an attempt and its refunds may have."""
    keys = [f"settle:{attempt.id}"]
    if attempt.provider_payment_id is not None:
        keys += [f"{kind}:{attempt.provider}:{attempt.provider_payment_id}" for kind in ("late", "suspense")]
    return keys + [f"refund:{refund.id}:{step}" for refund in refunds for step in ("post", "reserve", "resolve")]
