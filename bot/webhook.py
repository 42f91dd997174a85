"""Receive updates by webhook, through aiogram's own server, answering 200 only after the commit."""

import asyncio

from aiogram import Bot
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bot.intake import Intake
from core.config import TelegramSettings

PATH = "/telegram"


async def serve_webhook(bot: Bot, intake: Intake, settings: TelegramSettings, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set; an update that could not be stored is answered 500, and Telegram repeats it."""
    assert settings.webhook_url is not None
    assert settings.webhook_secret is not None
    secret = settings.webhook_secret.get_secret_value()
    application = web.Application()
    handler = SimpleRequestHandler(intake, bot, handle_in_background=False, secret_token=secret)
    # Not handler.register(): that would close the bot's session when only this server ends.
    application.router.add_post(PATH, handler.handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, port=settings.webhook_port)
        await site.start()
        url = settings.webhook_url.rstrip("/") + PATH
        await bot.set_webhook(url, secret_token=secret, allowed_updates=intake.resolve_used_update_types())
        await stopping.wait()
    finally:
        await runner.cleanup()
