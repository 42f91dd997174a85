"""The product put together in one process: bot, workers, webhooks, API, and where nobody else is, the sandbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import SecretStr

from api.app import create_app as create_api
from api.ground import Ground
from api.serve import serve_app
from api.telegram_files import TelegramFiles
from core import clock
from core.config import (
    ApiSettings,
    BusSettings,
    DatabaseSettings,
    KafkaSettings,
    MoneySettings,
    ProductSettings,
    ProviderSettings,
    SandboxSettings,
    SecretSettings,
    TelegramSettings,
    WebhooksSettings,
)
from core.db import Database
from core.keep_running import keep_running
from core.notifications.seal import Sealer
from core.payments.provider import Provider
from core.payments.providers import configured, given_secrets
from core.payments.providers.asking import new_client
from core.secrets import Secrets
from core.web.peers import Peers
from core.web.serve import listen, serve, url_of
from sandbox.settings import BOT_TOKEN
from webhooks.app import create_app
from workers.bus.port import Bus
from workers.effects.kafka import check_kafka
from workers.effects.telegram import Telegram
from workers.run import new_bus, run_workers

log = structlog.get_logger()
LOOPBACK = "127.0.0.0/8,::1/128"

Jobs = dict[str, Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class Running:
    """A product that runs, and where its pages are (None with the real Telegram and real providers)."""

    db: Database
    providers: Mapping[str, Provider]
    page_url: str | None
    bank_url: str | None
    webhooks_url: str
    api_url: str


@contextlib.asynccontextmanager
async def running_product(
    database_url: str,
    *,
    data_dir: Path | None = None,
    any_port: bool = False,
    group_messages_per_minute: int | None = None,
    money: MoneySettings | None = None,
    bus: BusSettings | None = None,
    kafka: KafkaSettings | None = None,
) -> AsyncIterator[Running]:
    """Start everything, and stop it in good order at the end: what is in flight is finished first.

    `money`, `bus` and `kafka` stand in for settings of the environment. `any_port` takes free ports instead of those of
    the settings. `group_messages_per_minute` lifts the limit of the sandbox's Telegram, and what the product expects.

    :raises WrongSettings: if something that the settings ask for is not installed.
    """
    kafka = kafka or KafkaSettings()
    check_kafka(kafka)
    telegram = TelegramSettings()
    if group_messages_per_minute is not None:
        telegram = telegram.model_copy(update={"telegram_group_messages_per_minute": group_messages_per_minute})
    folder = data_dir or DatabaseSettings().data_dir
    db = Database.connect(database_url, pool_size=DatabaseSettings().database_pool_size)
    stopping = asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        stack.enter_context(clock.on_shift(db.ring_here))
        page_url = bank_url = None
        settings = ProviderSettings()
        if telegram.bot_token is None:
            page_url = await stack.enter_async_context(_sandbox_telegram(folder, group_messages_per_minute, any_port))
            bank_url = await stack.enter_async_context(_sandbox_bank(folder, any_port))
            settings = at_sandbox_bank(settings, bank_url)
        token = telegram.bot_token or SecretStr(BOT_TOKEN)
        secrets = Secrets(SecretSettings().secrets_file or folder / "secrets.json", given=given_secrets(settings))
        http = await stack.enter_async_context(new_client())
        telegram_url = page_url or telegram.telegram_api_url
        providers = configured(settings, secrets, http, telegram_url=telegram_url, bot_token=token)
        of_webhooks = WebhooksSettings()
        of_api = _api_settings(page_url)
        listening = stack.enter_context(listen(of_webhooks.webhooks_host, 0 if any_port else of_webhooks.webhooks_port))
        listening_api = stack.enter_context(listen(of_api.api_host, 0 if any_port else of_api.api_port))
        webhooks_url = url_of(listening)
        if bank_url is not None:
            await _tell_bank(bank_url, webhooks_url)
        open_page_at = of_api.api_public_url or (None if page_url is None else url_of(listening_api))
        jobs = await _jobs(
            stack, db, token.get_secret_value(), telegram_url, telegram, money or MoneySettings(), providers,
            Sealer(secrets), new_bus(db, bus or BusSettings()), kafka, open_page_at, stopping,
        )  # fmt: skip
        app = create_app(db, providers, settings=of_webhooks)
        jobs["webhooks"] = keep_running("webhooks", lambda: serve(app, listening, stopping), stopping)
        api = create_api(
            Ground(
                db,
                secrets,
                providers=providers,
                settings=of_api,
                money=money or MoneySettings(),
                peers=Peers(of_webhooks.trusted_proxies),
                bot_token=token,
                telegram_files=TelegramFiles(http, url=telegram_url, bot_token=token),
            )
        )
        jobs["api"] = keep_running("api", lambda: serve_app(api, listening_api, stopping), stopping)
        tasks = [asyncio.create_task(job, name=name) for name, job in jobs.items()]
        try:
            yield Running(db, providers, page_url, bank_url, webhooks_url, url_of(listening_api))
        finally:
            stopping.set()
            await asyncio.gather(*tasks)


def _api_settings(sandbox_url: str | None) -> ApiSettings:
    """Return the settings of the API, whose page a sandbox may show in a frame."""
    settings = ApiSettings()
    if sandbox_url is None:
        return settings
    return settings.model_copy(update={"api_framed_by": f"{settings.api_framed_by} {sandbox_url}".strip()})


def at_sandbox_bank(settings: ProviderSettings, bank_url: str) -> ProviderSettings:
    """Return the settings with the providers of the sandbox in place of those that are not set up."""
    from sandbox.settings import provider_settings

    is_set = {
        "yookassa": settings.yookassa_shop_id,
        "standard": settings.standard_api_url,
        "telegram": settings.telegram_payment_token,
    }
    found = settings.model_dump()
    for name, of_provider in provider_settings(bank_url, networks=LOOPBACK).items():
        if not is_set[name]:
            found |= {key.lower(): value for key, value in of_provider.items()}
    return ProviderSettings.model_validate(found)


@contextlib.asynccontextmanager
async def _sandbox_telegram(folder: Path, group_per_minute: int | None, any_port: bool) -> AsyncIterator[str]:
    from sandbox.serving import Serving
    from sandbox.telegram.app import create_app

    settings = SandboxSettings()
    app = create_app(data_path=folder / "sandbox", on_clock=clock.shift, group_per_minute=group_per_minute)
    serving = Serving(app, settings.sandbox_host, 0 if any_port else settings.sandbox_port)
    await serving.start()
    try:
        yield serving.url
    finally:
        await serving.stop()


@contextlib.asynccontextmanager
async def _sandbox_bank(folder: Path, any_port: bool) -> AsyncIterator[str]:
    from sandbox.bank.app import create_app
    from sandbox.serving import Serving

    settings = SandboxSettings()
    app = create_app(data_path=folder / "bank", clock=lambda: clock.utc_now().timestamp())
    serving = Serving(app, settings.sandbox_host, 0 if any_port else settings.sandbox_bank_port)
    await serving.start()
    try:
        yield serving.url
    finally:
        await serving.stop()


async def _tell_bank(bank_url: str, webhooks_url: str) -> None:
    from sandbox.bank.client import Bank
    from sandbox.bank.shops import SHOPS

    async with Bank.connect(bank_url) as bank:
        for shop in SHOPS:
            await bank.send_notices_to(shop.name, f"{webhooks_url}/webhooks/payments/{shop.name}")


async def _jobs(
    stack: contextlib.AsyncExitStack,
    db: Database,
    token: str,
    api_url: str,
    telegram: TelegramSettings,
    money: MoneySettings,
    providers: Mapping[str, Provider],
    sealer: Sealer,
    bus: Bus,
    kafka: KafkaSettings,
    open_page_at: str | None,
    stopping: asyncio.Event,
) -> Jobs:
    from bot.dispatcher import build_intake, connect
    from bot.menu import offer_page, register_commands
    from bot.polling import poll
    from bot.webhook import serve_webhook

    bot = connect(token, api_url)
    stack.push_async_callback(bot.session.close)
    intake = build_intake()
    intake.equip(
        db,
        sealer,
        providers=providers,
        settings=ProductSettings(),
        money=money,
        group_messages_per_minute=telegram.telegram_group_messages_per_minute,
        page_url=open_page_at,
    )
    stack.push_async_callback(intake.finish)
    me = await bot.me()
    await register_commands(bot)
    if open_page_at is not None:
        await offer_page(bot, open_page_at)
    account = Telegram(
        bot,
        username=me.username or "",
        sealer=sealer,
        group_messages_per_minute=telegram.telegram_group_messages_per_minute,
        page_url=open_page_at,
    )
    receive = (
        (lambda: serve_webhook(bot, intake, telegram, stopping))
        if telegram.webhook_url
        else (lambda: poll(bot, intake, stopping))
    )
    workers = run_workers(db, bus, stopping, telegram=account, providers=providers, kafka=kafka)
    return {"bot": keep_running("bot", receive, stopping), "workers": workers}
