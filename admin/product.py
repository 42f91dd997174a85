"""The product put together in one process: bot, workers, and where nobody else is, the sandbox Telegram."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from pathlib import Path

import structlog

from core import clock
from core.config import DatabaseSettings, ProductSettings, SandboxSettings, TelegramSettings
from core.db import Database
from workers.effects.telegram import Telegram
from workers.run import keep_running, run_workers

log = structlog.get_logger()
SANDBOX_TOKEN = "7000000001:sandbox-only-" + "a" * 20  # of a bot that exists on this machine alone


@dataclass(frozen=True, slots=True)
class Running:
    """A product that runs, and where its chat page is (None with the real Telegram)."""

    db: Database
    page_url: str | None


@contextlib.asynccontextmanager
async def running_product(
    database_url: str,
    *,
    data_dir: Path | None = None,
    sandbox_port: int | None = None,
    group_messages_per_minute: int | None = None,
) -> AsyncIterator[Running]:
    """Start everything, and stop it in good order at the end: what is in flight is finished first.

    `group_messages_per_minute` lifts the limit of the sandbox's Telegram, and of what the product expects of it.
    """
    telegram, product = TelegramSettings(), ProductSettings()
    if group_messages_per_minute is not None:
        telegram = telegram.model_copy(update={"telegram_group_messages_per_minute": group_messages_per_minute})
    db = Database.connect(database_url, pool_size=DatabaseSettings().database_pool_size)
    stopping = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        page_url = None
        if telegram.bot_token is None:
            folder = (data_dir or DatabaseSettings().data_dir) / "sandbox"
            page_url = await stack.enter_async_context(_sandbox(folder, sandbox_port, group_messages_per_minute))
        token = telegram.bot_token.get_secret_value() if telegram.bot_token else SANDBOX_TOKEN
        jobs = await _jobs(stack, db, token, page_url or telegram.telegram_api_url, telegram, product, stopping)
        tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
        try:
            yield Running(db, page_url)
        finally:
            stopping.set()
            await asyncio.gather(*tasks)


@contextlib.asynccontextmanager
async def _sandbox(folder: Path, port: int | None, group_per_minute: int | None) -> AsyncIterator[str]:
    from sandbox.serving import Serving
    from sandbox.telegram.app import create_app

    settings = SandboxSettings()
    app = create_app(data_path=folder, on_clock=clock.shift, group_per_minute=group_per_minute)
    serving = Serving(app, settings.sandbox_host, settings.sandbox_port if port is None else port)
    await serving.start()
    try:
        yield serving.url
    finally:
        await serving.stop()


async def _jobs(
    stack: contextlib.AsyncExitStack,
    db: Database,
    token: str,
    api_url: str,
    telegram: TelegramSettings,
    product: ProductSettings,
    stopping: asyncio.Event,
) -> dict[str, Coroutine[None, None, None]]:
    from bot.dispatcher import build_intake, connect
    from bot.menu import register_commands
    from bot.polling import poll
    from bot.webhook import serve_webhook

    bot = connect(token, api_url)
    stack.push_async_callback(bot.session.close)
    intake = build_intake()
    intake.db, intake.settings = db, product
    intake.group_messages_per_minute = telegram.telegram_group_messages_per_minute
    stack.push_async_callback(intake.finish)
    me = await bot.me()
    await register_commands(bot)
    account = Telegram(
        bot, username=me.username or "", group_messages_per_minute=telegram.telegram_group_messages_per_minute
    )
    receive = (
        (lambda: serve_webhook(bot, intake, telegram, stopping))
        if telegram.webhook_url
        else (lambda: poll(bot, intake, stopping))
    )
    return {"bot": keep_running("bot", receive, stopping), "workers": run_workers(db, account, stopping)}
