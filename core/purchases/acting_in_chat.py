"""Let a person act in the chat of a purchase from elsewhere: whoever is in the chat sees what goes on in it."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.models import ChatMember
from core.ids import PurchaseId
from core.purchases.models import Purchase


async def acting_in_chat(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> Actor:
    """Return the actor as one who acts in the chat of a purchase, if we know that they are in it; else as they are."""
    member = (ChatMember.chat_id == Purchase.chat_id) & (ChatMember.user_id == actor.user_id) & ChatMember.is_member
    of_purchase = select(Purchase.chat_id).join(ChatMember, member).where(Purchase.id == purchase_id)
    chat_id = await session.scalar(of_purchase)
    return actor if chat_id is None else replace(actor, chat_id=chat_id)
