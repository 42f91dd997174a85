"""Ask Telegram for updates, and confirm them only after their transactions."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.types import Update
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from bot.intake import Intake

Result = TypeVar("Result")
log = structlog.get_logger()
POLL_SECONDS = 25
BACK_OFF_SECONDS = (0.2, 0.5, 1, 2, 5)


async def poll(bot: Bot, intake: Intake, stopping: asyncio.Event) -> None:
    """Take updates in until `stopping` is set, finishing those that are in flight."""
    offset, failures = 0, 0
    allowed = intake.resolve_used_update_types()
    while not stopping.is_set():
        try:
            updates = await _until(stopping, _ask(bot, offset, allowed))
            offset = await _take_all(bot, intake, updates or [], offset)
            failures = 0
        except (TelegramAPIError, ClientDecodeError, DBAPIError, OSError) as failure:
            log.warning("polling-failed", error=f"{type(failure).__name__}: {failure}")
            pause = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
            failures += 1
            await _until(stopping, asyncio.sleep(pause))
    if offset:
        await bot.get_updates(offset, timeout=0, limit=1, allowed_updates=allowed)  # confirms the last batch


async def _ask(bot: Bot, offset: int, allowed: list[str]) -> list[Update]:
    """Return the next updates; one that this version of the library cannot read is passed over, not stumbled over."""
    try:
        return await bot.get_updates(offset, timeout=POLL_SECONDS, allowed_updates=allowed)
    except ClientDecodeError as failure:
        if not isinstance(failure.data, dict):
            raise
        return [_readable(bot, raw) for raw in failure.data["result"]]


def _readable(bot: Bot, raw: dict[str, Any]) -> Update:
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError as failure:
        log.error("unreadable-update", update_id=raw["update_id"], kinds=sorted(raw), error=str(failure))  # noqa: TRY400
        return Update(update_id=raw["update_id"])


async def _take_all(bot: Bot, intake: Intake, updates: list[Update], offset: int) -> int:
    """Take a batch in, people side by side and each person's updates in order, and return the next offset.

    :raises DBAPIError, OSError: if one could not be taken in; the batch then comes again, and what is done stays done.
    """
    by_person: defaultdict[int, list[Update]] = defaultdict(list)
    for update in updates:
        if len(update.model_fields_set) == 1:
            continue  # nothing but its number: it could not be read
        sender = getattr(update.event, "from_user", None)
        by_person[sender.id if sender else 0].append(update)

    async def take_in_order(mine: list[Update]) -> None:
        for update in mine:
            await intake.feed_update(bot, update)

    outcomes = await asyncio.gather(*map(take_in_order, by_person.values()), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return updates[-1].update_id + 1 if updates else offset


async def _until(stopping: asyncio.Event, waiting: Awaitable[Result]) -> Result | None:
    """Return what `waiting` returns, or None if `stopping` is set first."""
    task = asyncio.ensure_future(waiting)
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stop.cancel()
        task.cancel()
