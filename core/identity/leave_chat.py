"""A person leaves a chat, or all of them."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import ChatMember
from core.ids import ChatId, UserId


async def leave_chat(session: AsyncSession, *, chat_id: ChatId, user_id: UserId) -> None:
    """Remember that a person is no longer in a chat; their purchases and debts stay."""
    membership = (ChatMember.chat_id == chat_id) & (ChatMember.user_id == user_id)
    await session.execute(update(ChatMember).where(membership).values(is_member=False))


async def leave_all_chats(session: AsyncSession, *, user_id: UserId) -> None:
    """Remember that a person is no longer in any chat, as far as anybody can know."""
    await session.execute(update(ChatMember).where(ChatMember.user_id == user_id).values(is_member=False))
