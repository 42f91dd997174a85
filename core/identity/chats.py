"""The chats that a person is in, as far as we know."""

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.identity.models import Chat, ChatMember
from core.ids import ChatId, UserId


class ChatNotFound(NotFound):
    """There is no such chat, or the person is not in it."""


async def own_chat(session: AsyncSession, *, actor: Actor, chat_id: ChatId) -> Chat:
    """Return a chat that the actor is in.

    :raises ChatNotFound: if there is none, or they are not in it (any more).
    """
    chat = await session.scalar(select(Chat).where(Chat.id == chat_id, Chat.id.in_(ids_of_chats(actor.user_id))))
    if chat is None:
        raise ChatNotFound
    return chat


async def chats_of(session: AsyncSession, *, actor: Actor, limit: int, offset: int) -> tuple[list[Chat], int]:
    """Return a page of the chats that the actor is in, by their titles, and how many there are."""
    own = select(Chat).where(Chat.id.in_(ids_of_chats(actor.user_id)))
    page = own.order_by(Chat.title, Chat.id).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(own.subquery())) or 0
    return list(await session.scalars(page)), total


def ids_of_chats(user_id: UserId) -> Select[ChatId]:
    """Return the statement that finds the ids of the chats that a person is in."""
    return select(ChatMember.chat_id).where(ChatMember.user_id == user_id, ChatMember.is_member)
