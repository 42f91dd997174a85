"""Write down what changed for whom, so that it can be pushed to whoever looks at it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import CHANGED
from core.ids import EventId, UserId, made_at
from core.live.models import Change, Kind
from core.live.what_changed import Told, what_changed
from core.outbox.event import Event
from core.purchases.queries import people_who_see
from core.reports.events import ReportMoved
from core.reports.models import Report

ADVISORY_NAMESPACE = 0x11FE  # of the lock that lets one transaction at a time write changes
Happened = tuple[Event, EventId]


async def record_changes(session: AsyncSession, events: Sequence[Happened]) -> None:
    """Write the changes that events mean, for everybody who may see them now, and wake who pushes them.

    One transaction writes at a time, from its first row to its commit: an id becomes visible when all smaller ones are.
    """
    told = [(event, event_id, each) for event, event_id in events for each in what_changed(event)]
    told += await _of_reports(session, events)
    see = await people_who_see(session, {each.purchase_id for _, _, each in told if each.for_all and each.purchase_id})
    rows = []
    for event, event_id, each in told:
        readers = each.people | (see.get(each.purchase_id, set()) if each.for_all and each.purchase_id else set())
        if readers:
            rows.append(_row(event, event_id, each, readers))
    if rows:
        await session.execute(select(func.pg_advisory_xact_lock(ADVISORY_NAMESPACE, 0)))
        await session.execute(insert(Change), rows)
        session.info[CHANGED] = True


async def _of_reports(session: AsyncSession, events: Sequence[Happened]) -> list[tuple[Event, EventId, Told]]:
    """Return what changed about reports: for the one person it is for, or for all who see its purchase."""
    moved = [(event, event_id) for event, event_id in events if isinstance(event, ReportMoved)]
    if not moved:
        return []
    wanted = select(Report.id, Report.user_id, Report.requested_by, Report.purchase_id)
    found = await session.execute(wanted.where(Report.id.in_({event.report_id for event, _ in moved})))
    reports = {row.id: row for row in found}
    told: list[tuple[Event, EventId, Told]] = []
    for event, event_id in moved:
        report = reports[event.report_id]
        people = frozenset({report.user_id, report.requested_by} - {None})
        is_posted = report.user_id is None
        change = Told(Kind.REPORT, report.id, people, {"status": event.status}, report.purchase_id, for_all=is_posted)
        told.append((event, event_id, change))
    return told


def _row(event: Event, event_id: EventId, told: Told, readers: Collection[UserId]) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "event": event.name,
        "object_id": told.object_id,
        "purchase_id": told.purchase_id,
        "readers": sorted(readers),
        "data": told.data,
        "happened_at": made_at(event_id),
    }
