"""`events`: the facts that SyncBuy tells, for whoever reads them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import AsJson

if TYPE_CHECKING:
    from core.outbox.event import Event

app = typer.Typer(help="Describe the events: what they say, where they go, who listens.", no_args_is_help=True)
VERSION = "1"  # of the document's form


@app.command("list")
def list_events(*, as_json: AsJson = False) -> None:
    """List every event with its version, what it happens to and the consumers that listen to it."""
    from admin.asyncapi import said
    from admin.showing import show
    from workers.subscriptions import listeners

    wanted = listeners()
    rows = [
        {
            "name": event.name,
            "version": event.version,
            "aggregate": event.aggregate_kind(),
            "consumers": ", ".join(sorted(wanted.get(event.name, ()))),
            "says": said(event),
        }
        for event in _events()
    ]
    show({"events": rows}, as_json=as_json)


@app.command("example")
def example(name: Annotated[str, typer.Argument(help="Its name: purchase.opened.")]) -> None:
    """Print an event as it travels."""
    from admin.asyncapi import example_of

    known = {event.name: event for event in _events()}
    if name not in known:
        raise typer.BadParameter(f"there is no {name}; `events list` names them all")
    typer.echo(_written(example_of(known[name])), nl=False)


@app.command("asyncapi")
def asyncapi(
    *,
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="A file instead of stdout.")] = None,
) -> None:
    """Print the AsyncAPI 3.0 document of all events; a file whose readers the new one would break stays as it is."""
    from admin.asyncapi import document
    from admin.contract import breaking_changes
    from workers.subscriptions import listeners

    described = document(_events(), listeners(), version=VERSION)
    if output is None:
        typer.echo(_written(described), nl=False)
        return
    broken = breaking_changes(json.loads(output.read_text(encoding="utf-8")), described) if output.exists() else []
    for change in broken:
        typer.echo(change, err=True)
    if broken:
        typer.echo("Raise the version of these events. Nothing was written.", err=True)
        raise typer.Exit(1)
    output.write_text(_written(described), encoding="utf-8")


def _events() -> "list[type[Event]]":
    import workers.subscriptions  # noqa: F401 -- whoever listens has imported what there is to listen to
    from core.outbox.event import REGISTRY

    return [REGISTRY[name] for name in sorted(REGISTRY)]


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
