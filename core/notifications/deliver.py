"""The life of a delivery: claimed, then delivered, failed or put off, each step recorded."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.identity.models import Chat, Reach
from core.identity.reachability import address_of, mark_reach, may_open_chat
from core.ids import NotificationId, PurchaseId, UserId
from core.notifications.catalog import CATALOG, Reader, render
from core.notifications.message import Message
from core.notifications.models import Delivery, Notification
from core.notifications.please_open_chat import ask_to_open_chat
from core.notifications.quiet_hours import QuietHours, next_allowed
from core.purchases.models import Purchase
from core.telemetry.trail import Headers

log = structlog.get_logger()
LEASE = timedelta(seconds=30)  # a worker that died while sending is stood in for after that
ATTEMPTS_MAX = 30
BACK_OFF_MAX = timedelta(minutes=10)
QUIET = "quiet hours"
OUTDATED = "nothing to tell any more"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notification that this worker is to send."""

    id: NotificationId
    kind: str
    headers: Headers
    user_id: UserId | None
    telegram_chat_id: int | None  # None: Telegram does not know the person
    is_group: bool
    message: Message
    attempts: int
    version: int
    message_id: int | None  # of the message that it is to take the place of


async def claim_due(session: AsyncSession, *, bot_username: str) -> Outgoing | None:
    """Return the next notification to be sent, rendered in its reader's language, and keep others away from it.

    What can wait and finds its reader in quiet hours is put off until they end, and what there is nothing to tell of
    any more is recorded as failed; both are passed over. So is what cannot be rendered, as a failed attempt.
    """
    waiting = Notification.status.in_([Delivery.QUEUED, Delivery.SENDING]) & (Notification.not_before <= utc_now())
    found = select(Notification).where(waiting).order_by(Notification.not_before, Notification.id).limit(1)
    while (notification := await session.scalar(found.with_for_update(skip_locked=True))) is not None:
        outgoing = await _claim_or_put_off(session, notification, bot_username)
        if outgoing is not None:
            return outgoing
        await session.flush()
    return None


async def _claim_or_put_off(session: AsyncSession, notification: Notification, bot_username: str) -> Outgoing | None:
    try:
        async with session.begin_nested():  # or an error of the database would end the transaction
            return await _claim(session, notification, bot_username)
    except Exception as failure:
        # It comes first again in every worker, so it must not keep the others waiting, whatever is wrong with it.
        log.exception("notification-not-rendered", notification_id=str(notification.id), kind=notification.kind)
        _record_not_rendered(notification, failure)
        return None


def _record_not_rendered(notification: Notification, failure: Exception) -> None:
    now = utc_now()
    notification.attempts += 1
    notification.reason = f"not rendered: {type(failure).__name__}"
    if notification.attempts >= ATTEMPTS_MAX:
        notification.status, notification.finished_at = Delivery.FAILED, now
    else:
        notification.status, notification.not_before = Delivery.QUEUED, now + _back_off(notification.attempts)


async def _claim(session: AsyncSession, notification: Notification, bot_username: str) -> Outgoing | None:
    now = utc_now()
    if notification.user_id is not None:
        address = await address_of(session, notification.user_id)
        quiet = QuietHours(address.quiet_from, address.quiet_until, address.time_zone)
        if CATALOG[notification.kind].can_wait and quiet.cover(now):
            notification.status, notification.reason = Delivery.QUEUED, QUIET
            notification.not_before = next_allowed(now, quiet)
            return None
        reader = Reader(address.user_id, address.language, address.time_zone, bot_username, now)
        telegram_id, is_group = notification.params.get("telegram_id", address.telegram_id), False
    else:
        chat = await session.get_one(Chat, notification.chat_id)
        reader = Reader(None, chat.language, "UTC", bot_username, now)
        telegram_id, is_group = chat.telegram_id, chat.kind != "private"
    message = await render(session, notification.kind, notification.params, reader)
    if message is None:
        notification.status, notification.reason, notification.finished_at = Delivery.FAILED, OUTDATED, now
        return None
    notification.status, notification.not_before = Delivery.SENDING, now + LEASE
    notification.attempts += 1
    return Outgoing(
        id=notification.id,
        kind=notification.kind,
        headers=notification.headers,
        user_id=notification.user_id,
        telegram_chat_id=telegram_id,
        is_group=is_group,
        message=message,
        attempts=notification.attempts,
        version=notification.version,
        message_id=notification.message_id,
    )


async def record_delivered(session: AsyncSession, outgoing: Outgoing, *, message_id: int) -> None:
    """Record that Telegram took the message; what has changed since is queued again."""
    is_newest = Notification.version == outgoing.version
    await _finish(
        session,
        outgoing,
        status=case((is_newest, Delivery.DELIVERED), else_=Delivery.QUEUED),
        not_before=case((is_newest, Notification.not_before), else_=utc_now()),
        message_id=message_id,
    )


async def record_failed(session: AsyncSession, outgoing: Outgoing, *, reason: str) -> None:
    """Record that the message can never be delivered, and why; what has changed since is tried all the same."""
    is_newest = Notification.version == outgoing.version
    await _finish(
        session,
        outgoing,
        status=case((is_newest, Delivery.FAILED), else_=Delivery.QUEUED),
        not_before=case((is_newest, Notification.not_before), else_=utc_now()),
        reason=reason,
    )


async def record_unreachable(session: AsyncSession, outgoing: Outgoing, *, reach: Reach) -> None:
    """Record that the person cannot be written to, and ask them in their group to open the chat with the bot.

    What is private stays out of the group. Who signs in by a password alone, sees it where they sign in.
    """
    await record_failed(session, outgoing, reason=reach)
    if outgoing.user_id is None:
        return
    if outgoing.telegram_chat_id is not None:
        await mark_reach(session, user_id=outgoing.user_id, reach=reach)
    notification = await session.get(Notification, outgoing.id)
    if notification is None or not await may_open_chat(session, outgoing.user_id):
        return
    purchase_id = notification.params.get("purchase_id")
    purchase = None if purchase_id is None else await session.get(Purchase, PurchaseId(UUID(purchase_id)))
    if purchase is None or purchase.chat_id is None:
        return
    start = notification.params.get("start", "debts")
    await ask_to_open_chat(session, purchase=purchase, user_id=outgoing.user_id, start=start, now=utc_now())


async def record_put_off(
    session: AsyncSession, outgoing: Outgoing, *, reason: str, wait: timedelta | None = None, counts: bool = True
) -> None:
    """Let the message wait: as long as Telegram asked, or longer with each attempt; after the last one it failed.

    `counts` is False where the message never left, so that a used-up budget or an outage burns no attempts.
    """
    if counts and outgoing.attempts >= ATTEMPTS_MAX:
        await record_failed(session, outgoing, reason=reason)
        return
    not_before = utc_now() + (wait or _back_off(outgoing.attempts))
    later: dict[str, Any] = {"status": Delivery.QUEUED, "reason": reason, "not_before": not_before}
    if not counts:
        later["attempts"] = func.greatest(Notification.attempts - 1, 0)
    await session.execute(update(Notification).where(Notification.id == outgoing.id).values(later))


def _back_off(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), BACK_OFF_MAX)


async def _finish(session: AsyncSession, outgoing: Outgoing, **values: Any) -> None:
    done = {"finished_at": utc_now(), **values}
    await session.execute(update(Notification).where(Notification.id == outgoing.id).values(done))
