"""How often Telegram may be written to, one chat and all together: sends and edits of all workers share the budgets."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.budgets.gcra import reserving, waiting
from core.db import Alone, Database

BURST = 5  # what may go out at once after a silence
PRIVATE_PER_MINUTE = 60  # to one person; Telegram asks for no more than one a second
EVERYBODY = 0  # in place of a chat: all of them together
TOGETHER_PER_MINUTE = 25 * 60  # Telegram names 30 a second
_TABLE, _KEY = "notifications.chat_budgets", "telegram_chat_id"
RESERVE = reserving(_TABLE, _KEY)
SPEND = Alone(RESERVE, names=("name", "interval", "tolerance"))
WAIT = waiting(_TABLE, _KEY)
GIVE_BACK = text("""
UPDATE notifications.chat_budgets SET arrival_at = arrival_at - CAST(:interval AS interval)
WHERE telegram_chat_id = :chat
""")
SILENCE = text("""
INSERT INTO notifications.chat_budgets AS budget (telegram_chat_id, arrival_at)
VALUES (:chat, clock_timestamp() + CAST(:until AS interval))
ON CONFLICT (telegram_chat_id) DO UPDATE
SET arrival_at = greatest(budget.arrival_at, clock_timestamp() + CAST(:until AS interval))
""")


async def reserve(session: AsyncSession, *, telegram_chat_id: int, per_minute: int) -> timedelta:
    """Take one message out of a chat's budget and of everybody's, and return zero, or how long to wait before asking.

    A chat's budget is `per_minute` messages a minute after a burst of `BURST`; it is kept by the clock of the database.
    Who has to wait has taken nothing out of either.
    """
    if wait := await _reserve(session, telegram_chat_id=telegram_chat_id, per_minute=per_minute):
        return wait
    if wait := await _reserve(session, telegram_chat_id=EVERYBODY, per_minute=TOGETHER_PER_MINUTE):
        interval = timedelta(minutes=1) // per_minute
        await session.execute(GIVE_BACK, {"chat": telegram_chat_id, "interval": interval})
    return wait


async def spend(db: Database, *, telegram_chat_id: int, per_minute: int, messages: int) -> None:
    """Take messages that went out at once, such as answers to a command, out of the budget all the same."""
    interval = timedelta(minutes=1) // per_minute * messages
    asked = {"name": telegram_chat_id, "interval": interval, "tolerance": timedelta(days=1)}
    await db.run_alone(SPEND, asked)


async def keep_silent(session: AsyncSession, *, telegram_chat_id: int, retry_after: timedelta, per_minute: int) -> None:
    """Leave a chat alone for as long as Telegram asked, whatever its budget says."""
    tolerance = timedelta(minutes=1) // per_minute * (BURST - 1)
    await session.execute(SILENCE, {"chat": telegram_chat_id, "until": retry_after + tolerance})


async def _reserve(session: AsyncSession, *, telegram_chat_id: int, per_minute: int) -> timedelta:
    interval = timedelta(minutes=1) // per_minute
    asked = {"name": telegram_chat_id, "tolerance": interval * (BURST - 1)}
    if await session.scalar(RESERVE, {**asked, "interval": interval}):
        return timedelta(0)
    wait = await session.scalar(WAIT, asked)
    assert isinstance(wait, timedelta)
    return wait
