"""`ledger`: look into the book."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from admin.operating import LIMIT, AsJson, Limit, chosen, moment, opened_desk

if TYPE_CHECKING:
    from core.db import Database
    from core.ledger.transfers import TransferLine

app = typer.Typer(help="Look into the double-entry book.", no_args_is_help=True)


@app.command()
def audit(*, as_json: AsJson = False) -> None:
    """Check the book against itself and everything against the book; exit 1 if anything is wrong."""
    from admin.database import opened_database
    from core.ledger.audit import INVARIANTS, Violation
    from core.ledger.audit import audit as audit_book

    async def read(url: str) -> list[Violation]:
        from core.db import Database

        database = Database.connect(url)
        try:
            async with database.transaction() as session:
                return await audit_book(session)
        finally:
            await database.close()

    with opened_database() as url:
        violations = asyncio.run(read(url))
    if as_json:
        typer.echo(json.dumps({"invariants": len(INVARIANTS), "violations": [asdict(found) for found in violations]}))
    else:
        for found in violations:
            typer.echo(f"{found.invariant}: {found.key} ({found.detail})")
        typer.echo(f"{len(INVARIANTS)} invariants, {len(violations)} violations")
    raise typer.Exit(1 if violations else 0)


@app.command("last-audit")
def show_last_audit(*, as_json: AsJson = False) -> None:
    """Show what the running product found when it last checked the book; exit 1 if anything, or if it never did."""
    from admin.operating import refuse
    from admin.showing import show
    from core.ledger.last_audit import last_audit

    with opened_desk() as desk:
        found = desk.ask(last_audit)
        if found is None:
            refuse("Nobody has checked the book yet: the workers do it every five minutes.")
        audit = {"audited_at": found.audited_at, "violations": found.violations}
        show({"audit": audit, "violations": found.details["violations"]}, as_json=as_json)
    raise typer.Exit(1 if found.violations else 0)


@app.command("accounts")
def list_accounts(
    *,
    kind: Annotated[str | None, typer.Option(help="wallet, escrow, provider_clearing, suspense ...")] = None,
    currency: Annotated[str | None, typer.Option(help="Those in one currency.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List accounts of the book with what they hold, in the order in which they were opened."""
    from admin.showing import show
    from core.ledger.chart import Kind
    from core.ledger.movements import find_accounts

    wanted = chosen(kind, Kind, "--kind")

    async def read(session: Any) -> list[dict[str, Any]]:
        code = None if currency is None else currency.upper()
        return [
            {
                "name": account.name,
                "kind": account.kind,
                "balance_minor": account.balance,
                "debits_minor": account.debits,
                "credits_minor": account.credits,
                "currency": account.currency,
                "version": account.version,
                "closed_at": account.closed_at,
            }
            for account in await find_accounts(session, kind=wanted, currency=code, limit=limit)
        ]

    columns = ("name", "balance_minor", "debits_minor", "credits_minor", "version")
    with opened_desk() as desk:
        show({"accounts": desk.ask(read)}, as_json=as_json, columns={"accounts": columns})


@app.command("statement")
def statement(
    account: Annotated[str, typer.Argument(help="Its whole name, as `ledger accounts` writes it.")],
    *,
    limit: Limit = LIMIT,
    before: Annotated[int | None, typer.Option(min=1, help="Begin below this version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the movements of an account with its running balance, the newest first."""
    from admin.showing import show
    from core.ledger.movements import account_named, movements

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await account_named(session, account)
        lines = await movements(session, found.name, limit=limit, before=before)
        return [{**asdict(line), "currency": found.currency} for line in lines]

    columns = ("version", "at", "kind", "change_minor", "balance_minor", "journal_key")
    with opened_desk() as desk:
        show({"statement": desk.ask(read)}, as_json=as_json, columns={"statement": columns})


@app.command("export")
def export(
    *,
    since: Annotated[str | None, typer.Option(help="From this date or time on, in UTC: 2026-06-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this date or time.")] = None,
    form: Annotated[Literal["csv", "json", "jsonl"], typer.Option("--format", help="What to write.")] = "csv",
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="A file instead of stdout.")] = None,
) -> None:
    """Write every transfer with its journal, its accounts, the amount and the times, the oldest first."""
    from admin.exporting import FORMS

    first, last = moment(since, "--since"), moment(until, "--until")
    with opened_desk() as desk:
        if output is None:
            desk.run(
                lambda database: _export(database, first, last, FORMS[form], typer.get_text_stream("stdout").write)
            )
            return
        # What broke off half-way must not look like the whole.
        half_done = output.with_name(f"{output.name}.part")
        with half_done.open("w", encoding="utf-8", newline="") as file:
            count = desk.run(lambda database: _export(database, first, last, FORMS[form], file.write))
        half_done.replace(output)
        typer.echo(f"{count} transfers written to {output}", err=True)


async def _export(
    database: "Database",
    since: datetime | None,
    until: datetime | None,
    write_as: "Callable[[AsyncIterator[TransferLine]], AsyncIterator[str]]",
    write: Callable[[str], object],
) -> int:
    from core.ledger.transfers import all_transfers

    count = 0

    async def counted(lines: "AsyncIterator[TransferLine]") -> "AsyncIterator[TransferLine]":
        nonlocal count
        async for line in lines:
            count += 1
            yield line

    async with database.transaction() as session:
        async for text in write_as(counted(all_transfers(session, since=since, until=until))):
            write(text)
    return count
