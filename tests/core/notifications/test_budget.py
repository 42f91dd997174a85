"""What Telegram lets be sent is spent on what is sent, and on nothing that has to wait."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.notifications.budget import BURST, EVERYBODY, keep_silent, reserve
from core.notifications.models import ChatBudget

CHAT = -100_200
NO_WAIT = timedelta(0)


async def _reserve(session: AsyncSession) -> timedelta:
    return await reserve(session, telegram_chat_id=CHAT, per_minute=1)


async def _everybodys(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(ChatBudget.arrival_at).where(ChatBudget.telegram_chat_id == EVERYBODY))


class TestAMessageThatHasToWait:
    async def test_for_its_chat_takes_nothing_from_everybody(self, session: AsyncSession) -> None:
        assert [await _reserve(session) for _ in range(BURST)] == [NO_WAIT] * BURST
        before = await _everybodys(session)

        assert NO_WAIT < await _reserve(session) <= timedelta(minutes=1)

        assert await _everybodys(session) == before is not None

    async def test_for_everybody_takes_nothing_from_its_chat(self, session: AsyncSession) -> None:
        pause = timedelta(hours=1)
        await keep_silent(session, telegram_chat_id=EVERYBODY, retry_after=pause, per_minute=60)

        waits = [await _reserve(session) for _ in range(2 * BURST)]

        assert all(wait > pause / 2 for wait in waits)
        await session.execute(delete(ChatBudget).where(ChatBudget.telegram_chat_id == EVERYBODY))
        assert [await _reserve(session) for _ in range(BURST)] == [NO_WAIT] * BURST
        assert await _reserve(session) > NO_WAIT
