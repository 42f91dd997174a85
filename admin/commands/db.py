"""`db`: the database itself: migrated, looked at, written into a file, and restored from one."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import AsJson, Operator, Yes, confirm, opened_desk, refusals_told, refuse

if TYPE_CHECKING:
    from admin.operating import Desk

app = typer.Typer(help="Migrate the database, look at it, back it up, restore it.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The file of the dump.", dir_okay=False)]


@app.command("migrate")
def migrate(
    *,
    wait: Annotated[float, typer.Option(min=0, help="Wait so many seconds for a database that is starting.")] = 60,
) -> None:
    """Bring the database to the shape that this version needs; two who do it at once take turns."""
    from admin.database import started_database, wait_for_database
    from core.migrate import migrate as bring_up
    from core.migrate import newest_revision

    async def carry_out(url: str) -> None:
        await wait_for_database(url, seconds=wait)
        await bring_up(url)

    with refusals_told(), started_database() as url:
        asyncio.run(carry_out(url))
        typer.echo(f"The database is at {newest_revision()}.", err=True)


@app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show version, migration, sizes, the oldest transaction, dead rows, and the oldest event that waits."""
    from admin.database import started_database
    from admin.database_status import database_status
    from admin.operating import Desk
    from admin.showing import show

    with refusals_told(), started_database() as url:
        show(Desk(url).ask(database_status), as_json=as_json)


@app.command("dump")
def dump(file: File, *, operator: Operator) -> None:
    """Write the whole database into a new file that only its owner may read; the product may go on meanwhile."""
    from admin.database import started_database
    from admin.dumping import write_dump
    from admin.operating import Desk

    with refusals_told(), started_database() as url:
        desk = Desk(url)
        write_dump(url, file, server=desk.ask(_server))
        _record(desk, operator=operator, action="db dump", subject=file.name)
        typer.echo(f"{file} holds {file.stat().st_size:,} bytes.", err=True)


@app.command("restore")
def restore(
    file: File,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is in the database first.")] = False,
    operator: Operator,
    yes: Yes = False,
) -> None:
    """Put a dump into an empty database, all of it or nothing, and check the book; exit 1 if that finds anything."""
    from admin.database import started_database
    from admin.dumping import read_dump, restore_dump
    from admin.operating import Desk
    from core.migrate import FOLDER
    from core.migrate import migrate as bring_up

    with refusals_told(), started_database() as url:
        desk = Desk(url)
        server = desk.ask(_server)
        found = read_dump(file, server=server)
        if found.revision is None or not (FOLDER / "versions" / f"{found.revision}.py").exists():
            refuse(f"{file} is of a version of SyncBuy that this one does not know: {found.revision or 'none'}.")
        tables, others = desk.ask(_occupants)
        if others:
            refuse(f"{others} others are connected to the database: stop the product first.")
        if tables and not replace:
            refuse(f"The database has {tables} tables: restore into an empty one, or say --replace to drop them.")
        if tables:
            confirm(f"The {tables} tables of the database are to be dropped for those of {file}. Go on?", yes=yes)
        restore_dump(url, found, dropped_first=desk.ask(_drops) if tables else ())
        asyncio.run(bring_up(url))
    with opened_desk() as desk:
        _record(desk, operator=operator, action="db restore", subject=file.name)
        _check(desk)


async def _server(session: Any) -> int:
    from sqlalchemy import text

    return int(await session.scalar(text("SELECT current_setting('server_version_num')::int"))) // 10_000


async def _occupants(session: Any) -> tuple[int, int]:
    """Return how many tables the database has, and how many others are connected to it."""
    from sqlalchemy import text

    tables = await session.scalar(text("SELECT count(*) FROM pg_stat_user_tables"))
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return int(tables), int(await session.scalar(text(f"{others} AND backend_type = 'client backend'")))


async def _drops(session: Any) -> list[str]:
    """Return the statements that drop every schema with all that is in it; what an extension owns goes with it."""
    from sqlalchemy import text

    schemas = text(r"SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'")
    return [
        *(f"DROP SCHEMA {name} CASCADE" for name in await session.scalars(schemas)),
        "CREATE SCHEMA public",
    ]


def _record(desk: "Desk", *, operator: str, action: str, subject: str) -> None:
    async def write_down(session: Any) -> None:
        from sqlalchemy import text

        from core.clock import utc_now
        from core.operators.record_action import record_action

        # A database that is dumped before it is migrated may be older than this record.
        if await session.scalar(text("SELECT to_regclass('messaging.operator_actions') IS NOT NULL")):
            record_action(session, operator=operator, action=action, subject=subject, now=utc_now())

    desk.ask(write_down)


def _check(desk: "Desk") -> None:
    from core.ledger.audit import INVARIANTS, audit

    violations = desk.ask(audit)
    for violation in violations:
        typer.echo(f"{violation.invariant}: {violation.key} ({violation.detail})", err=True)
    typer.echo(f"Restored. {len(INVARIANTS)} invariants, {len(violations)} violations.", err=True)
    if violations:
        raise typer.Exit(1)
