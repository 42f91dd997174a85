"""A group becomes a supergroup: its Telegram id changes, and everything it holds follows."""

from sqlalchemy import Column, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Base
from core.identity.models import Chat, ChatMember
from core.ids import ChatId


async def migrate_chat(session: AsyncSession, *, old_telegram_id: int, new_telegram_id: int) -> None:
    """Let everything of a group follow it to its new id.

    Every other table knows the chat by our own id, so one row changes. Telegram tells the news twice, once in each
    chat and in any order; and a message from the new chat may come before either: the row that it made is merged in.
    """
    both = Chat.telegram_id.in_([old_telegram_id, new_telegram_id])
    chats = {chat.telegram_id: chat for chat in await session.scalars(select(Chat).where(both).with_for_update())}
    old, early = chats.get(old_telegram_id), chats.get(new_telegram_id)
    if old is None:
        return
    if early is not None:
        await _merge(session, early=early.id, into=old.id)
        await session.delete(early)
        await session.flush()
    old.telegram_id, old.kind = new_telegram_id, "supergroup"
    await session.flush()


async def _merge(session: AsyncSession, *, early: ChatId, into: ChatId) -> None:
    known_there = select(ChatMember.user_id).where(ChatMember.chat_id == into)
    twice = (ChatMember.chat_id == early) & ChatMember.user_id.in_(known_there)
    await session.execute(delete(ChatMember).where(twice))
    for column in _columns_that_refer_to_chats():
        await session.execute(update(column.table).where(column == early).values({column.name: into}))


def _columns_that_refer_to_chats() -> list["Column[ChatId]"]:
    # Asked of the tables themselves, so that a table added later in a higher layer is not forgotten here.
    target = Chat.__table__.c.id
    return [key.parent for table in Base.metadata.tables.values() for key in table.foreign_keys if key.column is target]
