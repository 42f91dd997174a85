"""Store a genuine notice of a provider: from here on, acting on it is only a matter of time."""

import hashlib
from datetime import datetime

import structlog
from sqlalchemy import update
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
) -> bool:
    """Store a verified notice once, and return whether it is a new one.

    What the provider does not document is stored too, for somebody to look at: sending it again would not help. Where
    the provider does not sign, the first to come may have been a forgery or too early: a repeat is looked into again.
    """
    try:
        notice = provider.parse(received)
    except NotUnderstood as failure:
        digest = hashlib.sha256(received.raw).hexdigest()
        log.exception("notice-not-understood", provider=provider.name)
        dedup_key, event, status = f"sha256:{digest}", "", NoticeStatus.NOT_UNDERSTOOD
        detail: str | None = str(failure)
    else:
        dedup_key, event, detail = notice.dedup_key, notice.event, None
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
    is_new = await session.scalar(row.on_conflict_do_nothing().returning(NoticeRow.id)) is not None
    if not is_new and not provider.signs:
        same = (NoticeRow.provider == provider.name) & (NoticeRow.dedup_key == dedup_key)
        idle = NoticeRow.status.in_([NoticeStatus.PARKED, NoticeStatus.IGNORED])
        again = {"status": NoticeStatus.STORED, "tries": 0, "next_try_at": now, "finished_at": None, "detail": None}
        await session.execute(update(NoticeRow).where(same, idle, NoticeRow.event != "").values(again))
        session.info[WAKE] = True
    if is_new and status == NoticeStatus.STORED:
        session.info[WAKE] = True
    return is_new
