"""`api`: the HTTP API, for whoever writes a client."""

import json

import typer

app = typer.Typer(help="Describe the HTTP API.", no_args_is_help=True)


@app.callback()
def of_api() -> None:
    """Let the group stay a group while it has one command."""


@app.command("openapi")
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the HTTP API, from which clients are generated."""
    from api.app import create_app
    from api.ground import Ground
    from core.db import Database
    from core.payments.providers import secrets_of_settings

    # Nothing is opened: the document is made of the routes alone.
    described = create_app(Ground(Database.connect("postgresql://localhost/"), secrets_of_settings())).openapi()
    typer.echo(json.dumps(described, indent=2, ensure_ascii=False))
