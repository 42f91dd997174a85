"""Store a genuine notice of a provider: from here on, acting on it is only a matter of time."""

import hashlib
from datetime import datetime

import structlog
from sqlalchemy import literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.payments.models import NoticeRow, NoticeStatus
from core.payments.provider import NotUnderstood, Provider, Received

log = structlog.get_logger()
# What helps to look into a notice later; everything else of a request is none of our business.
HEADERS_KEPT = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")


async def store_notice(
    session: AsyncSession, *, provider: Provider, received: Received, key_id: str, now: datetime
) -> NoticeStatus | None:
    """Store a verified notice once, and return as what; None if it is stored already.

    What the provider does not document is stored too, for somebody to look at: sending it again would not help. Where
    the provider does not sign, the first to come may have been a forgery or too early: a repeat is looked into again.
    """
    detail: str | None = None
    try:
        notice = provider.parse(received)
    except Exception as failure:
        # A reader of ours that breaks is mended, and what it broke at is looked at once more.
        log.exception("notice-not-understood", provider=provider.name)
        detail = str(failure) if isinstance(failure, NotUnderstood) else f"our reader broke: {type(failure).__name__}"
        digest = hashlib.sha256(received.raw).hexdigest()
        dedup_key, event, status = f"sha256:{digest}", "", NoticeStatus.NOT_UNDERSTOOD
    else:
        dedup_key, event = notice.dedup_key, notice.event
        follows = notice.payment is not None or notice.refund is not None
        status = NoticeStatus.STORED if follows else NoticeStatus.IGNORED
    row = insert(NoticeRow).values(
        provider=provider.name,
        dedup_key=dedup_key,
        event=event,
        key_id=key_id,
        raw=received.raw,
        headers={name: received.headers[name] for name in HEADERS_KEPT if name in received.headers},
        query=dict(received.query),
        peer=received.peer,
        status=status,
        detail=detail,
        next_try_at=now,
        received_at=now,
        finished_at=None if status == NoticeStatus.STORED else now,
    )
    if provider.signs:
        row = row.on_conflict_do_nothing()
    else:
        idle = NoticeRow.status.in_([NoticeStatus.PARKED, NoticeStatus.IGNORED]) & (NoticeRow.event != "")
        again = {"status": NoticeStatus.STORED, "tries": 0, "next_try_at": now, "finished_at": None, "detail": None}
        row = row.on_conflict_do_update(index_elements=["provider", "dedup_key"], set_=again, where=idle)
    # A row that was inserted has never been changed by anybody.
    is_new = await session.scalar(row.returning(literal_column("payments.notices.xmax = 0")))
    if is_new is False or (is_new and status == NoticeStatus.STORED):
        session.info[WAKE] = True
    return status if is_new else None
