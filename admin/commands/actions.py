"""`actions`: what operators did from the command line."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, opened_desk

app = typer.Typer(help="What operators did, with who and when.", no_args_is_help=True)


@app.callback()
def actions() -> None:
    """Keep `list` a word of its own."""


@app.command("list")
def list_(
    *,
    operator: Annotated[str | None, typer.Option(help="Only what this one did.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List what operators did, the newest first."""
    from admin.showing import fields, show
    from core.operators.record_action import find_actions

    async def read(session: Any) -> list[dict[str, Any]]:
        return [fields(done) for done in await find_actions(session, operator=operator, limit=limit)]

    with opened_desk() as desk:
        columns = ("at", "operator", "action", "subject")
        show({"actions": desk.ask(read)}, as_json=as_json, columns={"actions": columns})
