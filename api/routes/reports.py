"""Reports: asked for, watched while they are made, and fetched."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Response

from api.ground import Asked
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.money import NewReport, NewStatement, ReportShape
from api.transaction import new_router
from core.ids import PurchaseId, ReportId
from core.purchases.queries import visible_purchase
from core.purchases.rules import PurchaseNotFound
from core.reports.models import Report, ReportFormat, ReportStatus
from core.reports.queries import newest_report, own_report
from core.reports.request_report import request_report as request
from core.reports.request_report import request_statement as request_own
from core.reports.rules import ReportNotFound

router = new_router("reports")
Kind = Annotated[ReportFormat | None, Query(alias="format", description="Any if it is missing.")]
# Status is all the progress there is.
_PROGRESS = {ReportStatus.QUEUED: 0, ReportStatus.RUNNING: 50, ReportStatus.READY: 100, ReportStatus.FAILED: 100}
MEDIA_TYPES = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.JSON: "application/json",
    ReportFormat.PNG: "image/png",
}


@router.post(
    "/purchases/{purchase_id}/report",
    summary="Ask for a report",
    status_code=202,
    responses=refusals(PurchaseNotFound),
    **creates("/v1/purchases/{purchase_id}/report?format={format}"),
)
async def request_report(call: Asked, purchase_id: UUID, wanted: NewReport) -> ReportShape:
    """Let a report of a purchase that I take part in be made; whoever asks again meanwhile gets the same one."""
    report = await request(
        call.session,
        actor=call.actor,
        purchase_id=PurchaseId(purchase_id),
        kind=ReportFormat(wanted.format),
        now=call.now,
    )
    return _shape(report)


@router.get(
    "/purchases/{purchase_id}/report",
    summary="How a report stands",
    responses=refusals(PurchaseNotFound, ReportNotFound),
)
async def read_report(
    call: Asked,
    purchase_id: UUID,
    kind: Kind = None,
) -> ReportShape:
    """Return the report of a purchase that I asked for last."""
    await visible_purchase(call.session, actor=call.actor, purchase_id=PurchaseId(purchase_id))
    report = await newest_report(call.session, actor=call.actor, purchase_id=PurchaseId(purchase_id), kind=kind)
    return _shape(report)


@router.post(
    "/me/statement",
    summary="Ask for a statement of mine",
    status_code=202,
    **creates("/v1/me/statement?format={format}"),
)
async def request_statement(call: Asked, wanted: NewStatement) -> ReportShape:
    """Let a file be made of all that I paid, bear, owe and was paid; whoever asks again meanwhile gets the same one."""
    kind = ReportFormat(wanted.format)
    return _shape(await request_own(call.session, actor=call.actor, kind=kind, since=wanted.since, now=call.now))


@router.get("/me/statement", summary="How a statement of mine stands", responses=refusals(ReportNotFound))
async def read_own_statement(call: Asked, kind: Kind = None) -> ReportShape:
    """Return the statement of mine that I asked for last."""
    return _shape(await newest_report(call.session, actor=call.actor, purchase_id=None, kind=kind))


@router.get(
    "/reports/{report_id}/file",
    summary="The file of a report",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()},
            "headers": {"Content-Disposition": {"schema": {"type": "string"}, "description": "Its name."}},
        },
        **refusals(ReportNotFound),
    },
)
async def read_file(call: Asked, report_id: UUID) -> Response:
    """Return the file of a report that I asked for; it is kept for a week."""
    report = await own_report(call.session, actor=call.actor, report_id=ReportId(report_id))
    if report.content is None:
        raise ReportNotFound
    name = quote(report.file_name or f"report.{report.format}")
    return Response(
        report.content,
        media_type=MEDIA_TYPES[ReportFormat(report.format)],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _shape(report: Report) -> ReportShape:
    is_ready = report.status == ReportStatus.READY
    return ReportShape(
        id=report.id,
        purchase_id=report.purchase_id,
        format=report.format,
        status=report.status,
        progress=_PROGRESS[ReportStatus(report.status)],
        file_url=f"/v1/reports/{report.id}/file" if is_ready else None,
        created_at=report.created_at,
        ended_at=report.finished_at,
    )
