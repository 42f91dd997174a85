"""`bench`: measure, beside the limits of this machine."""

import json
from dataclasses import asdict
from importlib import import_module
from typing import Annotated

import typer

BENCHES = (
    *("settlement", "ledger", "orders", "relay", "consumer", "webhook", "api", "bot", "card", "growth", "live"),
    "start",
)


def bench(
    *,
    quick: Annotated[bool, typer.Option(help="A few seconds instead of a minute.")] = False,
    only: Annotated[str | None, typer.Option(help=f"One of: {', '.join(BENCHES)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the parts whose speed matters, and print each figure as a ratio first."""
    from core.config import LoggingSettings
    from core.logs import set_up_logs

    if only is not None and only not in BENCHES:
        raise typer.BadParameter(f"{only} is none of {', '.join(BENCHES)}")
    set_up_logs(LoggingSettings(log_level="ERROR"), beside_output=True)
    results = {name: import_module(f"bench.{name}").measure(quick=quick) for name in BENCHES if only in {None, name}}
    if as_json:
        figures = {name: [{**asdict(one), "ratio": one.ratio} for one in found] for name, found in results.items()}
        typer.echo(json.dumps(figures))
        return
    from rich.console import Console
    from rich.table import Table

    for name, found in results.items():
        table = Table("ratio", "value", "unit", "limit", "case", title=name)
        for one in found:
            table.add_row(str(one.ratio or ""), f"{one.value:g}", one.unit, f"{one.limit or 0:g}", one.case)
        Console().print(table)
