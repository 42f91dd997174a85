"""Put the bot together: its dispatcher with all handlers, and its connection to a Bot API server."""

from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import Response, TelegramMethod
from aiogram.types import LinkPreviewOptions

from bot.handlers import ROUTERS
from bot.intake import Intake


@cache
def build_intake() -> Intake:
    """Return the dispatcher with every handler; one a process, because a router has one parent for life."""
    intake = Intake()
    intake.include_routers(*ROUTERS)
    return intake


class Session(AiohttpSession):
    """aiogram's session, which keeps the models that answers are read by.

    pydantic drops a generic model that nobody holds at the next round of garbage collection, and building it again
    costs several times what the call does.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._models: dict[type[TelegramMethod[Any]], type[Response[Any]]] = {}

    def check_response(self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:
        """Return what Telegram answered.

        :raises TelegramAPIError, ClientDecodeError: if it refused, or it is no answer.
        """
        if type(method) not in self._models:
            self._models[type(method)] = Response[method.__returning__]  # type: ignore[name-defined]
        return super().check_response(bot, method, status_code, content)


def connect(token: str, api_url: str) -> Bot:
    """Return a bot that speaks HTML to the Bot API server at `api_url`."""
    defaults = DefaultBotProperties(parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True))
    session = Session(api=TelegramAPIServer.from_base(api_url))
    return Bot(token, session=session, default=defaults)
