"""`attempts`: tries to pay a debt or to top up a wallet, and what providers say of them."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk

app = typer.Typer(help="Look into payments, and ask providers about them.", no_args_is_help=True)
Attempt = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]


@app.command("list")
def list_attempts(
    *,
    status: Annotated[
        str | None, typer.Option(help="created, pending_confirmation, succeeded, canceled, failed or expired.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Those through one provider.")] = None,
    rail: Annotated[str | None, typer.Option(help="manual, wallet or provider.")] = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Those that should have ended an hour ago.")] = False,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List attempts with who pays, the newest first."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.identity.people import called
    from core.payments.listings import find_attempts
    from core.payments.models import AttemptStatus, Rail

    wanted_status, wanted_rail = chosen(status, AttemptStatus, "--status"), chosen(rail, Rail, "--rail")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_attempts(
            session,
            status=wanted_status,
            provider=provider,
            rail=wanted_rail,
            stuck_at=utc_now() if stuck else None,
            limit=limit,
        )
        return [{**fields(attempt), "payer": called(payer, "en")} for attempt, payer in found]

    shown = ("id", "created_at", "payer", "amount_minor", "rail", "provider", "status", "calls", "next_call_at")
    with opened_desk() as desk:
        show({"attempts": desk.ask(read)}, as_json=as_json, columns={"attempts": shown})


@app.command("show")
def show_attempt(attempt: Attempt, *, as_json: AsJson = False) -> None:
    """Show an attempt with its refunds, the notices that speak of it, and their journals."""
    from dataclasses import asdict

    from admin.commands.orders import JOURNAL_COLUMNS
    from admin.showing import fields, show
    from core.ledger.transfers import transfers_of
    from core.lookup import find_id
    from core.payments.listings import find_refunds, journal_keys, notices_about
    from core.payments.models import Attempt as Tried

    async def read(session: Any) -> dict[str, Any]:
        tried = await session.get_one(Tried, await find_id(session, Tried.id, attempt))
        refunds = [refund for refund, _ in await find_refunds(session, attempt_id=tried.id, limit=LIMIT)]
        notices = await notices_about(session, tried, refunds)
        return {
            "attempt": fields(tried),
            "refunds": [fields(refund) for refund in refunds],
            "notices": [fields(notice, "raw", "headers", "query") for notice in notices],
            "journals": [asdict(line) for line in await transfers_of(session, journal_keys(tried, refunds))],
        }

    columns = {
        "refunds": ("id", "created_at", "amount_minor", "status", "reason", "operator", "provider_refund_id"),
        "notices": ("id", "received_at", "event", "status", "detail", "tries"),
        "journals": JOURNAL_COLUMNS,
    }
    with opened_desk() as desk:
        show(desk.ask(read), as_json=as_json, columns=columns)


@app.command("ask")
def ask(attempt: Attempt, *, operator: Operator, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let the provider be asked now how an attempt stands; the running product does that."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.payments.ask_now import ask_attempt_now
    from core.payments.models import Attempt as Tried

    async def read(session: Any) -> Tried:
        found: Tried = await session.get_one(Tried, await find_id(session, Tried.id, attempt))
        return found

    with opened_desk() as desk:
        tried = desk.ask(read)
        confirm(f"{tried.provider or 'Nobody'} is to be asked now about {tried.id} ({tried.status}). Go on?", yes=yes)

        async def make_due(session: Any) -> Tried:
            return await ask_attempt_now(session, attempt_id=tried.id, now=utc_now())

        asked = desk.act(make_due, operator=operator, action="attempts ask", subject=tried.id)
        show({"attempt": fields(asked)}, as_json=as_json)
