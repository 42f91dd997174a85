"""Somebody asks for a report, or a purchase is closed and SyncBuy posts it of its own accord."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.models import Chat, User
from core.ids import ChatId, PurchaseId, ReportId, UserId, new_id
from core.outbox.emit import emit
from core.purchases.models import Purchase
from core.purchases.queries import own_purchase
from core.reports.events import ReportMoved
from core.reports.models import IS_UNFINISHED, SAME, Report, ReportFormat, ReportStatus
from core.reports.rules import STATEMENT_FORMATS, UnknownFormat

POSTED_AT_CLOSE = (ReportFormat.PNG, ReportFormat.PDF)


async def request_report(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId, kind: ReportFormat, now: datetime
) -> Report:
    """Let a report be made and brought to where it was asked for: to the group, or to the person in private.

    Who asks again for the same while it is made gets that one.

    :raises PurchaseNotFound: if the purchase is none of the actor's.
    :raises NotParticipant: if they only see it in their chat.
    """
    purchase = await own_purchase(session, actor=actor, purchase_id=purchase_id)
    return await _request(
        session,
        purchase_id=purchase.id,
        requested_by=actor.user_id,
        kind=kind,
        now=now,
        **await _reader(session, actor.user_id if actor.chat_id is None else None, actor.chat_id),
    )


async def request_statement(
    session: AsyncSession, *, actor: Actor, kind: ReportFormat, since: datetime | None, now: datetime
) -> Report:
    """Let a statement of the actor be made: of all that they paid, bear, owe and were paid, perhaps since a moment.

    It comes in private, wherever it was asked for.

    :raises UnknownFormat: if it is to be a picture.
    """
    if kind not in STATEMENT_FORMATS:
        raise UnknownFormat(known=", ".join(STATEMENT_FORMATS))
    reader = await _reader(session, actor.user_id, None)
    return await _request(session, requested_by=actor.user_id, kind=kind, since=since, now=now, **reader)


async def post_closing_report(session: AsyncSession, *, purchase_id: PurchaseId, now: datetime) -> None:
    """Let the picture and the PDF of a closed purchase be posted to its chat, or sent to its organiser without one."""
    purchase = await session.get_one(Purchase, purchase_id)
    reader = await _reader(session, purchase.owner_id if purchase.chat_id is None else None, purchase.chat_id)
    for kind in POSTED_AT_CLOSE:
        await _request(session, purchase_id=purchase_id, requested_by=None, kind=kind, now=now, **reader)


async def _reader(session: AsyncSession, user_id: UserId | None, chat_id: ChatId | None) -> dict[str, Any]:
    if chat_id is not None:
        language = (await session.get_one(Chat, chat_id)).language
    else:
        language = (await session.get_one(User, user_id)).language
    return {"user_id": user_id, "chat_id": chat_id, "language": language}


async def _request(session: AsyncSession, *, kind: ReportFormat, now: datetime, **wanted: Any) -> Report:
    row = {"id": ReportId(new_id()), "format": kind, "not_before": now, "created_at": now, **wanted}
    # The update changes nothing, but lets the row that is there come back, whatever becomes of it meanwhile.
    upsert = insert(Report).values(row)
    upsert = upsert.on_conflict_do_update(index_elements=SAME, index_where=IS_UNFINISHED, set_={"format": kind})
    report = (await session.scalars(upsert.returning(Report), execution_options={"populate_existing": True})).one()
    if report.id == row["id"]:
        emit(session, ReportMoved(report_id=report.id, status=ReportStatus.QUEUED))
    return report
