"""Remove from every table what says who a person is; amounts, journals and shares stay as they are."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core.accounts.models import Withdrawal
from core.dialogs.models import Dialog
from core.idempotency.models import IdempotencyRow
from core.identity.models import (
    Chat,
    ChatMember,
    Identity,
    Password,
    PersonalToken,
    Provider,
    Requisite,
    SessionRow,
    SignInCode,
    User,
)
from core.ids import PurchaseId, UserId
from core.notifications.models import ChatBudget, Notification
from core.orders.models import Order
from core.outbox.models import DeadLetter, QueueRow
from core.payments.listings import notices_about
from core.payments.models import Attempt, Rail, Refund
from core.photos.models import Photo
from core.purchases.models import HistoryRow, Invite, InviteStatus, Purchase, Task
from core.reminders.models import Reminder, ReminderStatus
from core.reports.models import Report

NOTHING = "…"  # stands where a name stood
NAME_LENGTH_MIN = 2  # a name of one letter is not told from a word


async def forget(session: AsyncSession, user: User, *, purchase_ids: Collection[PurchaseId], now: datetime) -> None:
    """Forget who `user` is; `purchase_ids` are the purchases in whose words they may be named."""
    identities = list(await session.scalars(select(Identity).where(Identity.user_id == user.id)))
    usernames = [identity.username for identity in identities if identity.username]
    telegram_ids = [int(identity.subject) for identity in identities if identity.provider == Provider.TELEGRAM]
    requisites = list(await session.scalars(select(Requisite.value).where(Requisite.user_id == user.id)))
    login_names = list(await session.scalars(select(Password.name).where(Password.user_id == user.id)))
    named = [user.name, *(f"@{name}" for name in usernames), *usernames, *login_names, *requisites]
    named += map(str, telegram_ids)
    await _forget_payments(session, user.id)
    await _forget_conversations(session, user.id, telegram_ids)
    await _forget_words(session, user.id, purchase_ids, [name for name in named if len(name) >= NAME_LENGTH_MIN])
    # Files name everybody who took part; they can be made anew.
    about = Report.purchase_id.in_(purchase_ids) | (Report.user_id == user.id) | (Report.requested_by == user.id)
    await session.execute(delete(Report).where(about))
    await _forget_identity(session, user, usernames, now)


async def _forget_identity(session: AsyncSession, user: User, usernames: Collection[str], now: datetime) -> None:
    # Who was invited by @name before we knew whose it was left somebody of that name behind.
    handles = [f"@{name.lower()}" for name in usernames]
    # Somebody of their own who only calls themselves so has a way to sign in.
    signs_in = union(select(Identity.user_id).where(Identity.provider == Provider.TELEGRAM), select(Password.user_id))
    left = func.lower(User.name).in_(handles) & (User.id != user.id) & User.id.not_in(signs_in)
    lefts = list(await session.scalars(select(User).where(left)))
    everybody = [user, *lefts]
    user_ids = [person.id for person in everybody]
    for table in (Identity, Password, SessionRow, PersonalToken, SignInCode, Requisite, ChatMember):
        await session.execute(delete(table).where(table.user_id.in_(user_ids)))
    pending = Invite.invitee_id.in_(user_ids) & (Invite.status == InviteStatus.PENDING)
    await session.execute(update(Invite).where(pending).values(status=InviteStatus.DECLINED, answered_at=now))
    for person in everybody:
        person.name, person.time_zone, person.erased_at = "", "UTC", now
    await session.flush()


async def _forget_payments(session: AsyncSession, user_id: UserId) -> None:
    """Forget photos, links, destinations and descriptions, and what providers wrote."""
    own = (Attempt.payer_id == user_id) & (Attempt.rail == Rail.PROVIDER)
    for attempt in await session.scalars(select(Attempt).where(own)):
        refunds = list(await session.scalars(select(Refund).where(Refund.attempt_id == attempt.id)))
        for notice in await notices_about(session, attempt, refunds):
            notice.raw, notice.headers, notice.query = b"", {}, {}
    paid = update(Attempt).where(Attempt.payer_id == user_id)
    await session.execute(paid.values(proof_id=None, confirmation_url=None))
    own_photos = select(Photo.id).where(Photo.user_id == user_id)
    await session.execute(update(Task).where(Task.receipt_id.in_(own_photos)).values(receipt_id=None))
    await session.execute(delete(Photo).where(Photo.user_id == user_id))
    await session.execute(update(Withdrawal).where(Withdrawal.user_id == user_id).values(destination=""))
    await session.execute(update(Order).where(Order.user_id == user_id).values(description=""))


async def _forget_conversations(session: AsyncSession, user_id: UserId, telegram_ids: Collection[int]) -> None:
    """Forget dialogs, private chats, notifications, reminders to come, and answers to requests."""
    in_dialog = func.split_part(Dialog.key, ":", 3).in_([str(number) for number in telegram_ids])
    await session.execute(delete(Dialog).where(in_dialog))
    await session.execute(delete(ChatBudget).where(ChatBudget.telegram_chat_id.in_(telegram_ids)))
    private = select(Chat.id).where(Chat.telegram_id.in_(telegram_ids))
    theirs = (Notification.user_id == user_id) | Notification.chat_id.in_(private)
    await session.execute(delete(Notification).where(theirs))
    to_come = (Reminder.user_id == user_id) & (Reminder.status == ReminderStatus.WAITING)
    await session.execute(delete(Reminder).where(to_come))
    await session.execute(update(Purchase).where(Purchase.chat_id.in_(private)).values(chat_id=None))
    await session.execute(delete(ChatMember).where(ChatMember.chat_id.in_(private)))
    await session.execute(delete(Chat).where(Chat.telegram_id.in_(telegram_ids)))
    asked = IdempotencyRow.scope.startswith(f"{user_id} ", autoescape=True)
    await session.execute(delete(IdempotencyRow).where(asked))


async def _forget_words(
    session: AsyncSession, user_id: UserId, purchase_ids: Collection[PurchaseId], named: Collection[str]
) -> None:
    """Strike the names of a person out of what people wrote."""
    pattern = _any_of(named)
    for column, where in (
        (Purchase.title, Purchase.id.in_(purchase_ids)),
        (Task.title, Task.purchase_id.in_(purchase_ids)),
        (Withdrawal.reason, Withdrawal.user_id == user_id),
    ):
        struck = func.regexp_replace(column, pattern, NOTHING, "gi")
        matches = column.op("~*")(pattern)
        await session.execute(update(column.class_).where(where, matches).values({column.key: struck}))
    for payload, where in (
        (HistoryRow.payload, HistoryRow.purchase_id.in_(purchase_ids)),
        (QueueRow.payload, QueueRow.aggregate_id.in_(purchase_ids)),
        (DeadLetter.payload, DeadLetter.aggregate_id.in_(purchase_ids)),
    ):
        await _strike_out_of_json(session, payload, where, pattern)


async def _strike_out_of_json(
    session: AsyncSession, payload: InstrumentedAttribute[dict[str, Any]], where: ColumnElement[bool], pattern: str
) -> None:
    title = payload["title"].astext
    struck = func.regexp_replace(title, pattern, NOTHING, "gi")
    changed = payload.op("||")(func.jsonb_build_object("title", struck))
    matches = title.op("~*")(pattern)
    await session.execute(update(payload.class_).where(where, matches).values(payload=changed))


def _any_of(named: Collection[str]) -> str:
    """Return the regular expression of PostgreSQL that finds any of these as a word of its own, the longest first."""
    escaped = [re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", name) for name in sorted(named, key=len, reverse=True)]
    return rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)"
