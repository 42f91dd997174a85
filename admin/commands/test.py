"""`test`: run every test that this machine can run."""

import os
import subprocess
import sys

import typer

# Twice as many as there are processors, because a journey waits about as long as it works.
WORKERS = 2 * (os.cpu_count() or 1)


def test(context: typer.Context) -> None:
    """Run the tests in parallel; further words go to pytest."""
    parallel = (
        []
        if any(word.startswith(("-n", "-p")) for word in context.args)
        else ["-n", str(WORKERS), "--dist", "worksteal"]
    )
    command = [sys.executable, "-m", "pytest", *parallel, *context.args]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 -- pytest itself
