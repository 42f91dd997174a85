"""Store a genuine notice of a provider: from here on, acting on it is only a matter of time."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, Table, literal_column, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE, Alone, Database
from core.payments.models import NoticeRow, NoticeStatus
from core.payments.provider import NotUnderstood, Provider, Received
from core.telemetry.trail import carried

log = structlog.get_logger()
NOTICES = cast("Table", NoticeRow.__table__)
# What helps to look into a notice later; everything else of a request is none of our business.
HEADERS_KEPT = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")

_INSERT = insert(NOTICES)
_AGAIN = {
    "status": NoticeStatus.STORED,
    "tries": 0,
    "next_try_at": _INSERT.excluded.received_at,
    "finished_at": None,
    "detail": None,
}
_IDLE = or_(NOTICES.c.status == NoticeStatus.PARKED, NOTICES.c.status == NoticeStatus.IGNORED) & (NOTICES.c.event != "")
# A row that was inserted has never been changed by anybody. The statements are built once, because building one takes
# longer than carrying it out.
_IS_NEW: ColumnElement[bool] = literal_column("notices.xmax = 0")
_STORE = _INSERT.on_conflict_do_nothing().returning(_IS_NEW)
_STORE_OR_WAKE = _INSERT.on_conflict_do_update(
    index_elements=["provider", "dedup_key"], set_=_AGAIN, where=_IDLE
).returning(_IS_NEW)

_NAMES = (
    *("provider", "dedup_key", "event", "key_id", "raw", "headers", "query", "peer", "status", "detail"),
    *("tries", "next_try_at", "received_at", "finished_at"),
)
_STORE_ALONE, _STORE_OR_WAKE_ALONE = Alone(_STORE, names=_NAMES), Alone(_STORE_OR_WAKE, names=_NAMES)


async def store_notice(
    session: AsyncSession, *, provider: Provider, received: Received, key_id: str, now: datetime
) -> NoticeStatus | None:
    """Store a verified notice once, and return as what; None if it is stored already.

    What the provider does not document is stored too, for somebody to look at: sending it again would not help. Where
    the provider does not sign, the first to come may have been a forgery or too early: a repeat is looked into again.
    """
    row = _row(provider, received, key_id, now)
    is_new = await session.scalar(_STORE if provider.signs else _STORE_OR_WAKE, row)
    if _is_due(row, is_new=is_new):
        session.info[WAKE] = True
    return row["status"] if is_new else None


async def store_notice_alone(
    db: Database, *, provider: Provider, received: Received, key_id: str, now: datetime
) -> NoticeStatus | None:
    """Store a verified notice as `store_notice` does, and commit it: in one round trip."""
    row = _row(provider, received, key_id, now)
    is_new = await db.run_alone(_STORE_ALONE if provider.signs else _STORE_OR_WAKE_ALONE, row)
    if _is_due(row, is_new=is_new):
        db.ring()
    return row["status"] if is_new else None


def _is_due(row: Mapping[str, Any], *, is_new: bool | None) -> bool:
    """Return whether there is something to act on: a new notice, or an idle one that is looked into again."""
    return is_new is False or (is_new is True and row["status"] == NoticeStatus.STORED)


def _row(provider: Provider, received: Received, key_id: str, now: datetime) -> dict[str, Any]:
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
    return {
        "provider": provider.name,
        "dedup_key": dedup_key,
        "event": event,
        "key_id": key_id,
        "raw": received.raw,
        # Ours stand among theirs, under names that are not kept of a request: whoever acts on it follows the trail.
        "headers": {**{name: received.headers[name] for name in HEADERS_KEPT if name in received.headers}, **carried()},
        "query": dict(received.query),
        "peer": received.peer,
        "status": status,
        "detail": detail,
        "tries": 0,
        "next_try_at": now,
        "received_at": now,
        "finished_at": None if status == NoticeStatus.STORED else now,
    }
