"""`outbox`: events that wait to be published."""

from typing import Any

import typer

from admin.operating import LIMIT, AsJson, Limit, opened_desk

app = typer.Typer(help="Events on their way to the bus.", no_args_is_help=True)


@app.callback()
def outbox() -> None:
    """Keep `list` a word of its own."""


@app.command("list")
def list_(*, limit: Limit = LIMIT, as_json: AsJson = False) -> None:
    """List what waits to be published, the oldest first: since when, why, and what one that failed holds back."""
    from admin.showing import fields, show
    from core.outbox.in_transit import find_unpublished

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_unpublished(session, limit=limit)
        return [{**fields(row, "payload", "headers"), "is_held_back": is_held} for row, is_held in found]

    columns = ("event_id", "created_at", "event_name", "partition_no", "is_held_back", "attempts", "not_before",
               "last_error")  # fmt: skip
    with opened_desk() as desk:
        show({"outbox": desk.ask(read)}, as_json=as_json, columns={"outbox": columns})
