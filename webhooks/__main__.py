"""`python -m webhooks`: take notices of providers in a process of its own, as the settings say."""

import asyncio
import contextlib
import signal

import structlog
import typer

from core.config import (
    DatabaseSettings,
    LoggingSettings,
    ProviderSettings,
    SecretSettings,
    TelegramSettings,
    WebhooksSettings,
    WrongSettings,
    check_settings,
)
from core.db import Database
from core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed
from core.logs import set_up_logs
from core.payments.providers import configured, given_secrets
from core.payments.providers.asking import new_client
from core.secrets import Secrets
from webhooks.app import create_app
from webhooks.serve import listen, quickest_loop, serve, url_of

log = structlog.get_logger()


def main() -> None:
    """Serve until Ctrl-C or SIGTERM, and finish what is in flight.

    The database is migrated by others; until it is, /health/ready says no.
    """
    try:
        check_settings()
        set_up_logs(LoggingSettings())
        settings = DatabaseSettings()
        with contextlib.ExitStack() as stack:
            url = settings.database_url
            if url is None:
                folder = settings.data_dir / "postgres"
                url = stack.enter_context(EmbeddedPostgres(folder, binaries=settings.postgres_programs)).url
            with asyncio.Runner(loop_factory=quickest_loop()) as runner:
                runner.run(_serve(url))
    except (WrongSettings, EmbeddedPostgresFailed, OSError) as failure:
        typer.echo(f"The webhooks did not start. {failure}", err=True)
        raise typer.Exit(1) from None


async def _serve(database_url: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    settings, of_database, of_providers, of_bot = (
        WebhooksSettings(), DatabaseSettings(), ProviderSettings(), TelegramSettings(),
    )  # fmt: skip
    secrets_file = SecretSettings().secrets_file or of_database.data_dir / "secrets.json"
    secrets = Secrets(secrets_file, given=given_secrets(of_providers))
    db = Database.connect(database_url, pool_size=of_database.database_pool_size)
    async with new_client() as http:
        providers = configured(
            of_providers, secrets, http, telegram_url=of_bot.telegram_api_url, bot_token=of_bot.bot_token
        )
        if not providers:
            log.warning("no-provider", hint="the settings name none, so that every notice is answered 404")
        listening = listen(settings.webhooks_host, settings.webhooks_port)
        with listening:
            app = create_app(db, providers, settings=settings)
            typer.echo(
                f"Notices are taken at {url_of(listening)}/webhooks/payments/ ({', '.join(providers) or 'none'})."
            )
            await serve(app, listening, stopping)
    await db.close()


if __name__ == "__main__":
    typer.run(main)
