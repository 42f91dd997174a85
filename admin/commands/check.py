"""`check`: formatting, lint, types and import rules."""

import subprocess
import sys
from pathlib import Path

import typer

TOOLS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports",))


def check() -> None:
    """Run every check that needs no database, and say which of them failed."""
    binaries = Path(sys.executable).parent
    failed = []
    for name, *words in TOOLS:
        typer.echo(f"$ {name} {' '.join(words)}".rstrip())
        if subprocess.run([str(binaries / name), *words], check=False).returncode:  # noqa: S603 -- our own tools
            failed.append(name)
    if failed:
        typer.echo(f"Failed: {', '.join(dict.fromkeys(failed))}", err=True)
        raise typer.Exit(1)
    typer.echo("All checks passed.")
