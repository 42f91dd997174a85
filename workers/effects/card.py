"""Keep the cards up to date: newest wins, and no more often than their chats allow."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import select

from core.db import Database
from core.identity.migrate_chat import migrate_chat
from core.notifications.budget import keep_silent, reserve
from core.notifications.card import render_card
from core.notifications.card_upkeep import StaleCard, claim_stale, forget_message, postpone, record_shown
from core.purchases.models import Purchase
from core.telemetry.measures import CARD_SECONDS, CARDS, timed
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
POLL_SECONDS = 0.5
AFTER_FAILURE = timedelta(seconds=5)
AFTER_REFUSAL = timedelta(hours=1)


async def run_cards(db: Database, telegram: Telegram, stopping: asyncio.Event) -> None:
    """Edit until `stopping` is set."""
    await work_off(db, partial(refresh_next, db, telegram), stopping, busy_seconds=POLL_SECONDS)


async def refresh_next(db: Database, telegram: Telegram) -> bool:
    """Bring one stale card up to date; return False if none may be edited now.

    The version is read together with what is rendered, so a change that comes meanwhile leaves the card stale.
    """
    async with db.transaction() as session:
        stale = await claim_stale(session)
        if stale is None:
            return False
        per_minute = telegram.messages_per_minute(is_group=stale.is_group)
        if wait := await reserve(session, telegram_chat_id=stale.telegram_chat_id, per_minute=per_minute):
            await postpone(session, stale.purchase_id, wait)
            return True
    with following("card", stale.headers, purchase_id=str(stale.purchase_id)):
        async with db.transaction() as session:
            version = await session.scalar(select(Purchase.version).where(Purchase.id == stale.purchase_id))
            message = await render_card(session, stale.purchase_id, page=telegram.page, is_private=not stale.is_group)
        assert version is not None
        with timed(CARDS, CARD_SECONDS, outcome="") as sending:
            if stale.message_id is None:
                outcome = await telegram.send(stale.telegram_chat_id, message, thread_id=stale.thread_id)
            else:
                outcome = await telegram.edit(stale.telegram_chat_id, stale.message_id, message)
            sending.outcome = word(outcome)
        await _record(db, telegram, stale, version, outcome)
        count_pause("card", outcome)
    return True


async def _record(db: Database, telegram: Telegram, stale: StaleCard, version: int, outcome: Outcome) -> None:
    async with db.transaction() as session:
        match outcome:
            case Sent(message_id):
                await record_shown(session, stale.purchase_id, version=version, message_id=message_id)
            case Gone():
                await forget_message(session, stale.purchase_id)
            case TooMany(retry_after):
                await keep_silent(
                    session,
                    telegram_chat_id=stale.telegram_chat_id,
                    retry_after=retry_after,
                    per_minute=telegram.messages_per_minute(is_group=stale.is_group),
                )
                await postpone(session, stale.purchase_id, retry_after)
            case Migrated(telegram_chat_id):
                await migrate_chat(session, old_telegram_id=stale.telegram_chat_id, new_telegram_id=telegram_chat_id)
                await postpone(session, stale.purchase_id, timedelta(0))
            case Unreachable() | Refused():
                log.error("card-refused", outcome=str(outcome))
                await postpone(session, stale.purchase_id, AFTER_REFUSAL)
            case _:
                await postpone(session, stale.purchase_id, AFTER_FAILURE)
