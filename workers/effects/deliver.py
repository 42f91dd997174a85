"""Send what is queued for people, one notification at a time."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from core.db import Database
from core.identity.migrate_chat import migrate_chat
from core.identity.models import Reach
from core.notifications.budget import keep_silent, reserve
from core.notifications.deliver import (
    Outgoing,
    claim_due,
    record_delivered,
    record_failed,
    record_put_off,
    record_unreachable,
)
from core.telemetry.measures import DELIVERIES, DELIVERY_SECONDS, timed
from core.telemetry.trail import following
from core.work_off import work_off
from workers.effects.telegram import (
    Gone,
    Migrated,
    Outcome,
    Refused,
    Sent,
    Telegram,
    TooMany,
    Unreachable,
    count_pause,
    word,
)

log = structlog.get_logger()
POLL_SECONDS = 1.0


async def run_deliveries(db: Database, telegram: Telegram, stopping: asyncio.Event) -> None:
    """Send until `stopping` is set."""
    await work_off(db, partial(deliver_next, db, telegram), stopping, busy_seconds=POLL_SECONDS)


async def deliver_next(db: Database, telegram: Telegram) -> bool:
    """Send the next due notification and record what came of it; return False if none is due.

    Safe to repeat at every line: a process that dies between sending and recording lets the message be sent again.
    """
    async with db.transaction() as session:
        outgoing = await claim_due(session, bot_username=telegram.username)
        if outgoing is None:
            return False
        if outgoing.telegram_chat_id is None:
            await record_unreachable(session, outgoing, reach=Reach.NOT_STARTED)
            return True
        per_minute = telegram.messages_per_minute(is_group=outgoing.is_group)
        if wait := await reserve(session, telegram_chat_id=outgoing.telegram_chat_id, per_minute=per_minute):
            await record_put_off(session, outgoing, reason="budget", wait=wait, counts=False)
            return True
    with following("deliver", outgoing.headers, notification_id=str(outgoing.id), kind=outgoing.kind):
        with timed(DELIVERIES, DELIVERY_SECONDS, outgoing.kind, outcome="") as sending:
            outcome = await _send(telegram, outgoing)
            sending.outcome = word(outcome)
        await _record(db, telegram, outgoing, outcome)
        count_pause("notification", outcome)
        log.info("notification-sent", outcome=sending.outcome)
    return True


async def _send(telegram: Telegram, outgoing: Outgoing) -> Outcome:
    """Edit the message that tells of the same thing already, or send one where there is none any more."""
    assert outgoing.telegram_chat_id is not None
    if outgoing.message_id is not None:
        edited = await telegram.edit(outgoing.telegram_chat_id, outgoing.message_id, outgoing.message)
        if not isinstance(edited, Gone):
            return edited
    return await telegram.send(outgoing.telegram_chat_id, outgoing.message)


async def _record(db: Database, telegram: Telegram, outgoing: Outgoing, outcome: Outcome) -> None:
    assert outgoing.telegram_chat_id is not None
    async with db.transaction() as session:
        match outcome:
            case Sent(message_id):
                await record_delivered(session, outgoing, message_id=message_id)
            case Unreachable(reach):
                await record_unreachable(session, outgoing, reach=reach)
            case TooMany(retry_after):
                await keep_silent(
                    session,
                    telegram_chat_id=outgoing.telegram_chat_id,
                    retry_after=retry_after,
                    per_minute=telegram.messages_per_minute(is_group=outgoing.is_group),
                )
                await record_put_off(session, outgoing, reason="too many", wait=retry_after, counts=False)
            case Migrated(telegram_chat_id):
                await migrate_chat(session, old_telegram_id=outgoing.telegram_chat_id, new_telegram_id=telegram_chat_id)
                await record_put_off(session, outgoing, reason="migrated", wait=timedelta(seconds=1), counts=False)
            case Refused(error):
                log.error("notification-refused", error=error)
                await record_failed(session, outgoing, reason=error)
            case Gone():
                raise AssertionError("a message that is sent cannot be gone")
            case _:
                await record_put_off(session, outgoing, reason=outcome.error)
