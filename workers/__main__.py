"""`python -m workers`: what happens after the commit, in a process of its own; any number of them may run."""

import asyncio
import contextlib
from functools import partial
from typing import Annotated

import structlog
import typer

from core.config import ApiSettings, BusSettings, KafkaSettings, TelegramSettings, WrongSettings
from core.db import Database
from core.keep_running import keep_all_running
from core.notifications.seal import Sealer
from core.payments.providers import configured_by_settings, secrets_of_settings
from core.payments.providers.asking import new_client
from core.process import run_process
from core.secrets import Secrets
from core.wake import run_wake
from workers.effects.kafka import check_kafka
from workers.effects.telegram import Telegram, connected
from workers.run import Role, new_bus, run_workers

log = structlog.get_logger()
ALL_ROLES = list(Role)


def main(
    role: Annotated[list[Role], typer.Option(help="What it does; several may be named, all by default.")] = ALL_ROLES,
) -> None:
    """Work until Ctrl-C or SIGTERM, and finish what is in flight."""
    run_process("workers", partial(_work, roles=frozenset(role)))


async def _work(db: Database, stopping: asyncio.Event, *, roles: frozenset[Role]) -> None:
    if Role.EFFECTS in roles and TelegramSettings().bot_token is None:
        raise WrongSettings("The role of effects needs BOT_TOKEN: it tells people what happened.")
    check_kafka(KafkaSettings())
    jobs = {
        "workers": partial(_fill_roles, db, stopping, roles),
        "wake": partial(run_wake, db, stopping),
    }
    await keep_all_running(jobs, stopping)


async def _fill_roles(db: Database, stopping: asyncio.Event, roles: frozenset[Role]) -> None:
    async with contextlib.AsyncExitStack() as stack:
        secrets = secrets_of_settings()
        http = await stack.enter_async_context(new_client())
        telegram = await stack.enter_async_context(_telegram(secrets)) if Role.EFFECTS in roles else None
        bus = new_bus(db, BusSettings())
        providers = configured_by_settings(secrets, http)
        log.info("workers-started", roles=sorted(roles))
        await run_workers(db, bus, stopping, telegram=telegram, providers=providers, kafka=KafkaSettings(), roles=roles)


def _telegram(secrets: Secrets) -> contextlib.AbstractAsyncContextManager[Telegram]:
    settings = TelegramSettings()
    assert settings.bot_token is not None
    return connected(
        settings.bot_token.get_secret_value(),
        settings.telegram_api_url,
        sealer=Sealer(secrets),
        group_messages_per_minute=settings.telegram_group_messages_per_minute,
        page_url=ApiSettings().api_public_url,
    )


if __name__ == "__main__":
    typer.run(main)
