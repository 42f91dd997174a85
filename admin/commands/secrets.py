"""`secrets`: the keys that notices, buttons and sign-ins are verified with, and how one follows another."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import AsJson, Operator, Yes, confirm, opened_desk, refusals_told

if TYPE_CHECKING:
    from core.secrets import Secret, Secrets

app = typer.Typer(
    help="Look after the keys that notices, buttons and sign-ins are verified with.", no_args_is_help=True
)
NAMES = "buttons, jwt, refresh, standard_webhook_secret, stripe_webhook_secret or cloudpayments_api_secret."
OVERLAP_HOURS = 72  # as long as providers repeat a notice that was signed with the old key
OVERLAP_HOURS_MAX = 24 * 90


@app.command("list")
def list_secrets(*, as_json: AsJson = False) -> None:
    """List the keys that count now by name, with the id of each and until when it counts; never a value."""
    from dataclasses import asdict

    from admin.showing import show
    from core.clock import utc_now

    with refusals_told():
        found = [asdict(known) for known in _secrets().known(utc_now())]
        columns = ("name", "kid", "since", "not_after")
        show({"secrets": found}, as_json=as_json, columns={"secrets": columns})


@app.command("rotate")
def rotate(
    name: Annotated[str, typer.Argument(help=NAMES)],
    *,
    value_from_stdin: Annotated[bool, typer.Option("--value-from-stdin", help="Read the new value there.")] = False,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=OVERLAP_HOURS_MAX, help="The old one counts for so long.")
    ] = OVERLAP_HOURS,
    show_value: Annotated[bool, typer.Option("--show", help="Print the new value, this once.")] = False,
    operator: Operator,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let a new key follow the one that counts, which goes on to count for a while."""
    from admin.showing import show
    from core.clock import utc_now
    from core.identity import tokens
    from core.notifications import seal
    from core.payments.providers import SECRET_NAMES, next_secret
    from core.secrets import OF_THE_ENVIRONMENT

    names = (*SECRET_NAMES, seal.NAME, tokens.NAME)
    if name not in names:
        raise typer.BadParameter(f"{name} is none of {', '.join(names)}", param_hint="NAME")
    with opened_desk() as desk:
        value = _given_value(yes=yes) if value_from_stdin else None
        if name in SECRET_NAMES:
            value = next_secret(name, value)
        confirm(f"A new {name} is to count from now on, and the old one {overlap_hours} hours more. Go on?", yes=yes)
        now, secrets = utc_now(), _secrets()

        async def rotate_now(_: Any) -> "Secret":
            return secrets.rotate(name, value, overlap=timedelta(hours=overlap_hours), now=now)

        added = desk.act(rotate_now, operator=operator, action="secrets rotate", subject=name)
        if any(known.name == name and known.kid == OF_THE_ENVIRONMENT for known in secrets.known(now)):
            typer.echo("The one that the environment gives counts until it is taken from there.", err=True)
        told = {"name": name, "kid": added.kid}
        show({"secret": {**told, "value": added.value} if show_value else told}, as_json=as_json)


def _secrets() -> "Secrets":
    from core.config import DatabaseSettings, ProviderSettings, SecretSettings
    from core.payments.providers import given_secrets
    from core.secrets import Secrets

    path = SecretSettings().secrets_file or DatabaseSettings().data_dir / "secrets.json"
    return Secrets(path, given=given_secrets(ProviderSettings()))


def _given_value(*, yes: bool) -> str:
    if sys.stdin.isatty():
        written: str = typer.prompt("The new value", hide_input=True, err=True)
        return written.strip()
    if not yes:
        raise typer.BadParameter("with a value from a pipe nothing can be asked: give --yes", param_hint="--yes")
    value = sys.stdin.readline().strip()
    if not value:
        raise typer.BadParameter("no value came from stdin", param_hint="--value-from-stdin")
    return value
