"""`python -m api`: serve the HTTP API in a process of its own, as the settings say."""

import asyncio

import structlog

from api.app import create_app
from api.ground import Ground
from api.serve import serve_app
from api.telegram_files import TelegramFiles
from core.config import ApiSettings, TelegramSettings, WebhooksSettings
from core.db import Database
from core.keep_running import keep_all_running
from core.payments.providers import configured_by_settings, secrets_of_settings
from core.payments.providers.asking import new_client
from core.process import run_process
from core.wake import run_wake
from core.web.peers import Peers
from core.web.serve import listen, url_of

log = structlog.get_logger()


async def serve_api(db: Database, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set, and finish what is being answered.

    :raises OSError: if the port is taken.
    """
    settings = ApiSettings()
    secrets = secrets_of_settings()
    telegram = TelegramSettings()
    token = telegram.bot_token
    async with new_client() as http:
        files = None if token is None else TelegramFiles(http, url=telegram.telegram_api_url, bot_token=token)
        ground = Ground(
            db,
            secrets,
            providers=configured_by_settings(secrets, http),
            settings=settings,
            peers=Peers(WebhooksSettings().trusted_proxies),
            bot_token=token,
            telegram_files=files,
        )
        with listen(settings.api_host, settings.api_port) as listening:
            app = create_app(ground)
            log.info("api-started", url=f"{url_of(listening)}/v1/")
            jobs = {
                "api": lambda: serve_app(app, listening, stopping),
                "wake": lambda: run_wake(db, stopping),
            }
            await keep_all_running(jobs, stopping)


if __name__ == "__main__":
    # It begins before the database is migrated: until then /health/ready says no, and requests are answered 503.
    run_process("api", serve_api, waits_for_migration=False)
