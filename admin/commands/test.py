"""`test`: run every test that this machine can run."""

import subprocess
import sys

import typer


def test(context: typer.Context) -> None:
    """Run the tests in parallel; further words go to pytest."""
    parallel = (
        [] if any(word.startswith(("-n", "-p")) for word in context.args) else ["-n", "auto", "--dist", "worksteal"]
    )
    command = [sys.executable, "-m", "pytest", *parallel, *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 -- pytest itself
