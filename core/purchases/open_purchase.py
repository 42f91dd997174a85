"""A person starts a purchase."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.identity.chats import own_chat
from core.ids import ChatId
from core.money import exponent
from core.purchases.events import PurchaseOpened
from core.purchases.happened import happened
from core.purchases.models import Participant, Purchase
from core.purchases.rules import check_due, check_title


async def open_purchase(
    session: AsyncSession,
    *,
    actor: Actor,
    title: str,
    default_currency: str,
    now: datetime,
    currency: str | None = None,
    chat_id: ChatId | None = None,
    thread_id: int | None = None,
    due_at: datetime | None = None,
) -> Purchase:
    """Open a purchase whose organiser and first participant is the actor, in a chat of theirs if `chat_id` is given.

    Without `currency` it is in that of the chat; where there is no chat either, in `default_currency`.

    :raises ChatNotFound: if the actor is not in the chat.
    :raises WrongTitle: if the title has not 1 to 100 characters.
    :raises UnknownCurrency: if `currency` is no ISO 4217 code.
    :raises DueInThePast, DueTooFar: if `due_at` is over, or years ahead.
    """
    chat = None if chat_id is None else await own_chat(session, actor=actor, chat_id=chat_id)
    currency = currency or (default_currency if chat is None else chat.currency)
    exponent(currency)
    purchase = Purchase(
        chat_id=chat_id,
        thread_id=thread_id,
        owner_id=actor.user_id,
        title=check_title(title),
        currency=currency,
        due_at=None if due_at is None else check_due(due_at, now=now),
        created_at=now,
    )
    session.add(purchase)
    await session.flush()
    session.add(Participant(purchase_id=purchase.id, user_id=actor.user_id, joined_at=now))
    event = PurchaseOpened(purchase_id=purchase.id, actor_id=actor.user_id, title=purchase.title)
    happened(session, purchase, event, now=now)
    return purchase
