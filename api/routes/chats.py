"""`/v1/chats`: the group chats of a person, and what was chosen for them."""

from uuid import UUID

from api.ground import Asked
from api.openapi import refusals
from api.shapes.chats import ChatChange, ChatShape
from api.shapes.page import LIMIT, Limit, Offset, Page
from api.transaction import new_router
from core.identity.chats import ChatNotFound, chats_of
from core.identity.models import Chat
from core.identity.preferences import UnknownLanguage
from core.identity.preferences import change_chat as change
from core.ids import ChatId
from core.money import UnknownCurrency

router = new_router("chats")


@router.get("/chats", summary="My chats")
async def list_chats(call: Asked, limit: Limit = LIMIT, offset: Offset = 0) -> Page[ChatShape]:
    """Return the groups in which the bot has seen me, by their titles."""
    found, total = await chats_of(call.session, actor=call.actor, limit=limit, offset=offset)
    return Page(items=[_shape(chat) for chat in found], limit=limit, offset=offset, total=total)


@router.patch(
    "/chats/{chat_id}",
    summary="Choose the language and the currency of a chat",
    responses=refusals(ChatNotFound, UnknownLanguage, UnknownCurrency),
)
async def change_chat(call: Asked, chat_id: UUID, wanted: ChatChange) -> ChatShape:
    """Change what is given, for everybody in the chat; purchases that exist keep their currency."""
    changed = await change(
        call.session,
        actor=call.actor,
        chat_id=ChatId(chat_id),
        language=wanted.language,
        currency=wanted.currency,
    )
    return _shape(changed)


def _shape(chat: Chat) -> ChatShape:
    return ChatShape(id=chat.id, title=chat.title, language=chat.language, currency=chat.currency)
