"""`reconcile`: compare what providers list with what we believe, and mend what is behind."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from admin.operating import AsJson, opened_desk, refuse

if TYPE_CHECKING:
    from core.db import Database
    from core.payments.provider import Provider

HOURS = 26  # a day, and what was under way at its edges
HOURS_MAX = 24 * 90


def reconcile(
    provider: Annotated[str | None, typer.Argument(help="Which; without it, all that are set up.")] = None,
    *,
    hours: Annotated[int, typer.Option(min=1, max=HOURS_MAX, help="Payments created so many hours ago.")] = HOURS,
    as_json: AsJson = False,
) -> None:
    """Ask providers for their payments and let our side catch up; exit 1 if anything differed or one is away."""
    from dataclasses import asdict

    from admin.showing import show
    from core.payments.provider import PROVIDERS, ProviderAway
    from workers.effects.payments import reconcile as compare

    if provider is not None and provider not in PROVIDERS:
        raise typer.BadParameter(f"{provider} is none of {', '.join(PROVIDERS)}", param_hint="PROVIDER")

    async def ask(database: "Database") -> dict[str, list[Any]]:
        compared, away, differences = list[str](), list[str](), list[dict[str, Any]]()
        async with _opened_providers() as providers:
            for each in _wanted(providers, provider):
                try:
                    found = await compare(database, each, span=timedelta(hours=hours))
                except ProviderAway:
                    away.append(each.name)
                else:
                    compared.append(each.name)
                    differences += [{"provider": each.name, **asdict(difference)} for difference in found]
        return {"differences": differences, "compared": compared, "away": away}

    with opened_desk() as desk:
        found = desk.run(ask)
        if as_json:
            show(found, as_json=True)
        else:
            show({"differences": found["differences"]}, as_json=False)
            typer.echo(f"Compared: {', '.join(found['compared']) or 'none'}", err=True)
        if found["away"]:
            typer.echo(f"No exact answer: {', '.join(found['away'])}. Ask again later.", err=True)
    raise typer.Exit(1 if found["differences"] or found["away"] else 0)


def _wanted(providers: "Mapping[str, Provider]", name: str | None) -> "list[Provider]":
    if name is None:
        return [each for each in providers.values() if each.lists]
    if name not in providers:
        refuse(f"{name} is not set up.")
    if not providers[name].lists:
        refuse(f"{name} does not list its payments.")
    return [providers[name]]


@contextlib.asynccontextmanager
async def _opened_providers() -> "AsyncIterator[Mapping[str, Provider]]":
    """Yield the providers of the settings, as the running product has them."""
    from pydantic import SecretStr

    from admin.product import at_sandbox_bank
    from core.config import DatabaseSettings, ProviderSettings, SandboxSettings, SecretSettings, TelegramSettings
    from core.payments.providers import configured, given_secrets
    from core.payments.providers.asking import new_client
    from core.secrets import Secrets
    from sandbox.settings import BOT_TOKEN

    settings, telegram, sandbox = ProviderSettings(), TelegramSettings(), SandboxSettings()
    if telegram.bot_token is None:
        settings = at_sandbox_bank(settings, f"http://{sandbox.sandbox_host}:{sandbox.sandbox_bank_port}")
    path = SecretSettings().secrets_file or DatabaseSettings().data_dir / "secrets.json"
    async with new_client() as http:
        yield configured(
            settings,
            Secrets(path, given=given_secrets(settings)),
            http,
            telegram_url=telegram.telegram_api_url,
            bot_token=telegram.bot_token or SecretStr(BOT_TOKEN),
        )
