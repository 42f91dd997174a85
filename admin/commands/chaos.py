"""`chaos`: kill everything while people use it, and prove that nothing is lost or doubled."""

import asyncio
import json
import random
import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

DRAINED_SECONDS_MAX = 10
ROWS = ("kills", "killed", "broker_restarts", "database_crashes", "orders", "events", "people", "books", "told",
        "told_twice", "drained_seconds", "ended_seconds", "lost", "doubled", "audit")  # fmt: skip


class BusKind(StrEnum):
    """How events travel in the run."""

    LOCAL = "local"
    RABBITMQ = "rabbitmq"


def chaos(
    *,
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="How long things go wrong.")] = 60,
    seed: Annotated[int | None, typer.Option(help="Of an earlier run, to have it again; by default a new one.")] = None,
    bus: Annotated[BusKind | None, typer.Option(help="By default a throwaway RabbitMQ where one is installed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Kill and restart the product's real processes, database and broker while people use it; exit 1 if that shows."""
    from admin.chaos.run import run
    from core.config import LoggingSettings
    from core.embedded_postgres import EmbeddedPostgresFailed
    from core.logs import set_up_logs
    from sandbox.rabbitmq import RabbitFailed, server_script

    set_up_logs(LoggingSettings(log_level="ERROR"), beside_output=True)
    chosen = seed if seed is not None else random.SystemRandom().randrange(1_000_000)
    with_broker = server_script() is not None if bus is None else bus == BusKind.RABBITMQ
    logs = Path(tempfile.mkdtemp(prefix="syncbuy-chaos-logs-"))
    tell = lambda words: typer.echo(words, err=True)  # noqa: E731
    try:
        result = asyncio.run(run(seed=chosen, seconds=seconds, with_broker=with_broker, logs=logs, tell=tell))
    except (EmbeddedPostgresFailed, RabbitFailed) as failure:
        typer.echo(f"Chaos did not start. {failure}", err=True)
        raise typer.Exit(2) from None
    is_well = not (result["lost"] or result["doubled"] or result["audit"])
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print(result, is_well=is_well)
    if is_well:
        shutil.rmtree(logs)
    else:
        sys.stderr.write(f"What the processes wrote is in {logs}\n")
    raise typer.Exit(0 if is_well else 1)


def _print(result: dict[str, Any], *, is_well: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title=f"Chaos with seed {result['seed']} on {result['bus']}", show_header=False, title_justify="left")
    for name in ROWS:
        value = result[name]
        shown = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name.replace("_", " "), shown)
    console.print(table)
    for found in (*result["findings"], *result["audit"]):
        console.print(f"[red]✗[/red] {found}")
    if is_well:
        drained = result["drained_seconds"]
        slow = "" if drained <= DRAINED_SECONDS_MAX else f", though {DRAINED_SECONDS_MAX} were allowed"
        console.print(f"[green]✓[/green] Nothing was lost, nothing was doubled; all was done after {drained} s{slow}.")
    console.print(f"The same again: python3 manage.py chaos --seed {result['seed']} --bus {result['bus']}")
