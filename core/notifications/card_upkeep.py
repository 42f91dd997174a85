"""Which cards are stale, who edits them, and what they show since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.identity.models import Chat
from core.ids import PurchaseId
from core.notifications.models import Card
from core.purchases.models import Purchase
from core.telemetry.trail import Headers, carried

LEASE = timedelta(seconds=15)  # an edit takes less; a worker that died is stood in for after that


@dataclass(frozen=True, slots=True)
class StaleCard:
    """A card that this worker is to bring up to date."""

    purchase_id: PurchaseId
    telegram_chat_id: int
    is_group: bool
    thread_id: int | None
    message_id: int | None
    headers: Headers  # of the newest change that it does not show


async def mark_stale(session: AsyncSession, purchase_id: PurchaseId) -> None:
    """Let the card of a purchase catch up with its present version; a purchase without a chat has none."""
    version = await session.scalar(
        select(Purchase.version).where(Purchase.id == purchase_id, Purchase.chat_id.is_not(None))
    )
    if version is None:
        return
    headers = carried(purchase_id)
    card = insert(Card).values(purchase_id=purchase_id, wanted_version=version, headers=headers)
    wanted = {"wanted_version": func.greatest(Card.wanted_version, version), "headers": headers}
    await session.execute(card.on_conflict_do_update(index_elements=["purchase_id"], set_=wanted))


async def redraw(session: AsyncSession, purchase_ids: Collection[PurchaseId]) -> int:
    """Let the cards of these purchases be shown anew though nothing has changed in them; return how many there are."""
    for purchase_id in purchase_ids:
        await mark_stale(session, purchase_id)
    anew = {"shown_version": 0, "not_before": func.clock_timestamp()}
    of_these = Card.purchase_id.in_(purchase_ids)
    redrawn = await session.scalars(update(Card).where(of_these).values(anew).returning(Card.purchase_id))
    session.info[WAKE] = True
    return len(redrawn.all())


async def claim_stale(session: AsyncSession) -> StaleCard | None:
    """Return a stale card that may be edited now, and keep others away from it for a while."""
    due = (Card.wanted_version > Card.shown_version) & (Card.not_before <= func.clock_timestamp())
    found = select(Card, Purchase.thread_id, Chat.telegram_id, Chat.kind).join(
        Purchase, Purchase.id == Card.purchase_id
    )
    found = found.join(Chat, Chat.id == Purchase.chat_id).where(due).order_by(Card.not_before).limit(1)
    row = (await session.execute(found.with_for_update(skip_locked=True, of=Card))).one_or_none()
    if row is None:
        return None
    card, thread_id, telegram_id, kind = row
    await postpone(session, card.purchase_id, LEASE)
    return StaleCard(card.purchase_id, telegram_id, kind != "private", thread_id, card.message_id, card.headers)


async def postpone(session: AsyncSession, purchase_id: PurchaseId, wait: timedelta) -> None:
    """Leave a card alone for a while."""
    later = func.clock_timestamp() + wait
    await session.execute(update(Card).where(Card.purchase_id == purchase_id).values(not_before=later))


async def record_shown(session: AsyncSession, purchase_id: PurchaseId, *, version: int, message_id: int | None) -> None:
    """Record which version the card shows now, and in which message."""
    shown = {
        "shown_version": func.greatest(Card.shown_version, version),
        "message_id": message_id,
        "not_before": func.clock_timestamp(),
    }
    await session.execute(update(Card).where(Card.purchase_id == purchase_id).values(shown))


async def forget_message(session: AsyncSession, purchase_id: PurchaseId) -> None:
    """The card's message is gone from the chat: a new one is to be sent."""
    gone = {"message_id": None, "not_before": func.clock_timestamp()}
    await session.execute(update(Card).where(Card.purchase_id == purchase_id).values(gone))
