"""`python -m webhooks`: take notices of providers in a process of its own, as the settings say."""

import asyncio

import structlog

from core.config import WebhooksSettings
from core.db import Database
from core.keep_running import keep_all_running
from core.payments.providers import configured_by_settings, secrets_of_settings
from core.payments.providers.asking import new_client
from core.process import run_process
from core.wake import run_wake
from core.web.serve import listen, serve, url_of
from webhooks.app import create_app

log = structlog.get_logger()


async def take_notices(db: Database, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set, and finish what is being answered.

    :raises OSError: if the port is taken.
    """
    settings = WebhooksSettings()
    async with new_client() as http:
        providers = configured_by_settings(secrets_of_settings(), http)
        if not providers:
            log.warning("no-provider", hint="the settings name none, so that every notice is answered 404")
        with listen(settings.webhooks_host, settings.webhooks_port) as listening:
            app = create_app(db, providers, settings=settings)
            log.info("webhooks-started", url=f"{url_of(listening)}/webhooks/payments/", providers=list(providers))
            jobs = {
                "webhooks": lambda: serve(app, listening, stopping),
                "wake": lambda: run_wake(db, stopping),
            }
            await keep_all_running(jobs, stopping)


if __name__ == "__main__":
    # It begins before the database is migrated: until then /health/ready says no, and notices are answered 503.
    run_process("webhooks", take_notices, waits_for_migration=False)
