"""`reports`: files that were asked for, how far they have come, and another try for those that failed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk

app = typer.Typer(help="Look into reports, let failed ones be tried again, and make one here.", no_args_is_help=True)
Report = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]


@app.command("list")
def list_reports(
    *,
    status: Annotated[str | None, typer.Option(help="queued, running, ready or failed.")] = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Those that failed, or should be over long ago.")] = False,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List reports, the newest first."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.reports.models import ReportStatus
    from core.reports.queries import find_reports

    wanted = chosen(status, ReportStatus, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_reports(session, status=wanted, stuck_at=utc_now() if stuck else None, limit=limit)
        return [fields(report, "content") for report in found]

    shown = ("id", "created_at", "purchase_id", "format", "status", "attempts", "error")
    with opened_desk() as desk:
        show({"reports": desk.ask(read)}, as_json=as_json, columns={"reports": shown})


@app.command("show")
def show_report(report: Report, *, as_json: AsJson = False) -> None:
    """Show a report, and how far the message that brings it has come."""
    from admin.showing import fields, show
    from core.lookup import find_id
    from core.notifications.queue import notifications_about
    from core.reports.models import Report as Asked
    from core.reports.queries import report_with_file

    async def read(session: Any) -> dict[str, Any]:
        asked = await report_with_file(session, await find_id(session, Asked.id, report))
        size = None if asked.content is None else len(asked.content)
        deliveries = await notifications_about(session, asked.id)
        return {
            "report": {**fields(asked, "content"), "bytes": size},
            "deliveries": [fields(delivery) for delivery in deliveries],
        }

    shown = ("id", "user_id", "chat_id", "status", "reason", "attempts", "finished_at")
    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json, columns={"deliveries": shown})


@app.command("retry")
def retry(report: Report, *, operator: Operator, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let a failed report be tried again; any other stays as it is."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.reports.make_report import retry_report
    from core.reports.models import Report as Asked

    async def read(session: Any) -> Asked:
        found: Asked = await session.get_one(Asked, await find_id(session, Asked.id, report))
        return found

    with opened_desk() as desk:
        asked = desk.ask(read)
        confirm(f"The {asked.format} ({asked.status}) is to be tried again. Go on?", yes=yes)

        async def again(session: Any) -> Asked:
            return await retry_report(session, report_id=asked.id, now=utc_now())

        tried = desk.act(again, operator=operator, action="reports retry", subject=asked.id)
        show({"report": fields(tried, "content")}, as_json=as_json)


@app.command("make")
def make(
    purchase: Annotated[str, typer.Argument(help="The purchase's id, or at least its first eight characters.")],
    *,
    out: Annotated[Path, typer.Option(dir_okay=False, help="Where to write the file.")],
    kind: Annotated[str, typer.Option("--format", help="pdf, xlsx, csv, json or png.")] = "pdf",
    language: Annotated[str, typer.Option(help="ru or en.")] = "en",
) -> None:
    """Make the report of a purchase here and now, as a person would get it, and send it to nobody."""
    from core.clock import utc_now
    from core.lookup import find_id
    from core.purchases.models import Purchase
    from core.reports.formats import FORMATS
    from core.reports.purchase_report import purchase_report
    from core.reports.rules import check_format
    from core.texts import LANGUAGES

    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language} is none of {', '.join(LANGUAGES)}", param_hint="--language")

    async def read(database: Any) -> Any:
        async with database.snapshot() as session:
            purchase_id = await find_id(session, Purchase.id, purchase)
            return await purchase_report(
                session, purchase_id=purchase_id, reader_id=None, language=language, now=utc_now()
            )

    with opened_desk() as desk:
        wanted = check_format(kind)
        content = FORMATS[wanted](desk.run(read), language)
        out.write_bytes(content)
    typer.echo(f"{out}: {len(content)} bytes")
