"""Put the bot together: its dispatcher with all handlers, and its connection to a Bot API server."""

from functools import cache

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LinkPreviewOptions

from bot.handlers import ROUTERS
from bot.intake import Intake


@cache
def build_intake() -> Intake:
    """Return the dispatcher with every handler; one a process, because a router has one parent for life."""
    intake = Intake()
    intake.include_routers(*ROUTERS)
    return intake


def connect(token: str, api_url: str) -> Bot:
    """Return a bot that speaks HTML to the Bot API server at `api_url`."""
    defaults = DefaultBotProperties(parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True))
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    return Bot(token, session=session, default=defaults)
