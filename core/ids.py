"""Typed identities, and their short written form for buttons and links."""

from datetime import UTC, datetime, timedelta
from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

UserId = NewType("UserId", UUID)
ChatId = NewType("ChatId", UUID)
PurchaseId = NewType("PurchaseId", UUID)
InviteId = NewType("InviteId", UUID)
TaskId = NewType("TaskId", UUID)
IntentId = NewType("IntentId", UUID)
AttemptId = NewType("AttemptId", UUID)
RefundId = NewType("RefundId", UUID)
OrderId = NewType("OrderId", UUID)
WithdrawalId = NewType("WithdrawalId", UUID)
ButtonId = NewType("ButtonId", UUID)
ReportId = NewType("ReportId", UUID)
NotificationId = NewType("NotificationId", UUID)
SessionId = NewType("SessionId", UUID)
TokenId = NewType("TokenId", UUID)
EventId = NewType("EventId", UUID)
PhotoId = NewType("PhotoId", UUID)
ALL = (
    *(UserId, ChatId, PurchaseId, InviteId, TaskId, IntentId, AttemptId, RefundId, OrderId, WithdrawalId),
    *(ButtonId, ReportId, NotificationId, SessionId, TokenId, EventId, PhotoId),
)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SHORT_LENGTH = 22  # 62 ** 22 > 2 ** 128


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and growing with time so that indexes stay local."""
    return uuid7()


def made_at(identity: UUID) -> datetime:
    """Return when an id of `new_id` was made, to the millisecond by the machine's clock (RFC 9562, 5.7)."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=identity.int >> 80)


def shorten(identity: UUID) -> str:
    """Return the 22 letters and digits that stand for `identity` in a button (64 bytes) or a deep link."""
    number, digits = identity.int, ""
    for _ in range(SHORT_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def lengthen(short: str) -> UUID:
    """Return the identity that `shorten` wrote.

    :raises ValueError: if `short` is not 22 letters and digits of an identity.
    """
    if len(short) != SHORT_LENGTH:
        raise ValueError(short)
    number = 0
    for digit in short:
        number = number * len(ALPHABET) + ALPHABET.index(digit)
    return UUID(int=number)
