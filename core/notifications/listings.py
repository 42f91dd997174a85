"""Read notifications and cards of everybody, for operators, and let what failed be tried again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, NotFound
from core.identity.models import Chat, User
from core.ids import NotificationId, PurchaseId
from core.notifications.card_upkeep import redraw
from core.notifications.models import Card, Delivery, Notification
from core.purchases.models import HistoryRow, Purchase


class NotificationNotFound(NotFound):
    """There is no such notification."""


class DeliveredAlready(Conflict):
    """It has arrived: sent again, it would be read twice."""


class NoCard(NotFound):
    """The purchase has no card, because it belongs to no chat."""


@dataclass(frozen=True, slots=True)
class CardLine:
    """How a purchase's card stands: which version it shows, which it should, and since when it should."""

    purchase_id: PurchaseId
    title: str
    chat: str
    message_id: int | None
    shown_version: int
    wanted_version: int
    stale_since: datetime | None
    not_before: datetime | None


async def find_notifications(
    session: AsyncSession, *, status: str | None = None, kind: str | None = None, limit: int
) -> list[tuple[Notification, User | None, Chat | None]]:
    """Return notifications with the person or the chat that they are for, the newest first."""
    found = select(Notification, User, Chat).outerjoin(User, User.id == Notification.user_id)
    found = found.outerjoin(Chat, Chat.id == Notification.chat_id).order_by(Notification.id.desc()).limit(limit)
    if status is not None:
        found = found.where(Notification.status == status)
    if kind is not None:
        found = found.where(Notification.kind == kind)
    return [(row, user, chat) for row, user, chat in await session.execute(found)]


async def retry_notification(session: AsyncSession, *, notification_id: NotificationId, now: datetime) -> Notification:
    """Let a notification be sent now, as often as it takes, whatever became of its earlier tries.

    :raises NotificationNotFound: if there is none.
    :raises DeliveredAlready: if it has arrived.
    """
    row = await session.get(Notification, notification_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotificationNotFound
    if row.status == Delivery.DELIVERED:
        raise DeliveredAlready
    if row.status != Delivery.SENDING:  # whoever sends it right now is left alone
        row.status, row.reason, row.attempts, row.not_before, row.finished_at = Delivery.QUEUED, None, 0, now, None
    return row


async def find_cards(session: AsyncSession, *, is_stale: bool = False, limit: int) -> list[CardLine]:
    """Return the cards, or those that show less than they should, the newest purchase first."""
    behind = Card.wanted_version > Card.shown_version
    changed_at = select(func.max(HistoryRow.at)).where(HistoryRow.purchase_id == Purchase.id).scalar_subquery()
    not_before = func.nullif(Card.not_before, literal_column("'-infinity'::timestamptz"))  # of a card not shown yet
    found = (
        select(Card, Purchase.title, Chat.title, behind, changed_at, not_before)
        .join(Purchase, Purchase.id == Card.purchase_id)
        .join(Chat, Chat.id == Purchase.chat_id)
    )
    if is_stale:
        found = found.where(behind)
    rows = await session.execute(found.order_by(Card.purchase_id.desc()).limit(limit))
    return [
        CardLine(
            purchase_id=card.purchase_id,
            title=title,
            chat=chat,
            message_id=card.message_id,
            shown_version=card.shown_version,
            wanted_version=card.wanted_version,
            stale_since=since if is_behind else None,
            not_before=not_before,
        )
        for card, title, chat, is_behind, since, not_before in rows
    ]


async def redraw_card(session: AsyncSession, *, purchase_id: PurchaseId) -> None:
    """Let the card of a purchase be shown anew, in a new message if the old one is gone from the chat.

    :raises NoCard: if the purchase has none.
    """
    if not await redraw(session, [purchase_id]):
        raise NoCard
