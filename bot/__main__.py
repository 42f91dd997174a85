"""`python -m bot`: talk to people in a process of its own, as the settings say."""

import asyncio

import structlog

from bot.dispatcher import build_intake, connect
from bot.menu import offer_page, register_commands
from bot.polling import poll
from bot.webhook import serve_webhook
from core.config import ApiSettings, MoneySettings, ProductSettings, TelegramSettings, WrongSettings
from core.db import Database
from core.keep_running import keep_all_running
from core.notifications.seal import Sealer
from core.payments.providers import configured_by_settings, secrets_of_settings
from core.payments.providers.asking import new_client
from core.process import run_process
from core.wake import run_wake

log = structlog.get_logger()


async def serve(db: Database, stopping: asyncio.Event) -> None:
    """Take updates in until `stopping` is set; the answers that are being sent are sent first.

    :raises WrongSettings: if they name no bot.
    """
    telegram = TelegramSettings()
    if telegram.bot_token is None:
        raise WrongSettings("It needs BOT_TOKEN; `manage.py run` brings a Telegram of its own.")
    page_url = ApiSettings().api_public_url
    secrets = secrets_of_settings()
    intake, bot = build_intake(), connect(telegram.bot_token.get_secret_value(), telegram.telegram_api_url)
    try:
        async with new_client() as http:
            intake.equip(
                db,
                Sealer(secrets),
                providers=configured_by_settings(secrets, http),
                settings=ProductSettings(),
                money=MoneySettings(),
                group_messages_per_minute=telegram.telegram_group_messages_per_minute,
                page_url=page_url,
            )

            async def receive() -> None:
                await register_commands(bot)
                if page_url:
                    await offer_page(bot, page_url)
                if telegram.webhook_url:
                    await serve_webhook(bot, intake, telegram, stopping)
                else:
                    await poll(bot, intake, stopping)

            log.info("bot-started")
            await keep_all_running({"bot": receive, "wake": lambda: run_wake(db, stopping)}, stopping)
            await intake.finish()
    finally:
        await bot.session.close()


if __name__ == "__main__":
    run_process("bot", serve)
