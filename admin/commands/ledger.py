"""`ledger`: look into the book."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer(help="Look into the double-entry book.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `audit` a word of its own even while it is the only one."""


@app.command()
def audit(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
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
