"""Hold money of a wallet for an order, at most once; then capture it or give it back, never both."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.accounts.models import Hold, HoldStatus
from core.ids import OrderId, UserId
from core.ledger.chart import AccountName, Leg, escrow, wallet
from core.ledger.post import NotEnoughMoney, post
from core.outbox.emit import emit

NOT_ENOUGH = "not_enough_money"


async def hold_for_order(
    session: AsyncSession, *, order_id: OrderId, user_id: UserId, amount_minor: int, currency: str, now: datetime
) -> Hold:
    """Take the money for an order from its wallet into escrow, and tell the result.

    Asked again by whatever message, nothing moves and the first result is told again.
    """
    row = insert(Hold).values(
        order_id=order_id,
        user_id=user_id,
        amount_minor=amount_minor,
        currency=currency,
        status=HoldStatus.HELD,
        created_at=now,
    )
    is_first = await session.scalar(row.on_conflict_do_nothing().returning(Hold.order_id)) is not None
    hold = await locked_hold(session, order_id)
    assert hold is not None
    if is_first:
        taken = Leg(debit=wallet(user_id, currency), credit=escrow(order_id, currency), amount_minor=amount_minor)
        try:
            async with session.begin_nested():
                await post(session, key=f"order:{order_id}:pay", kind="hold", legs=[taken], now=now)
        except NotEnoughMoney:
            hold.status, hold.reason = HoldStatus.REFUSED, NOT_ENOUGH
    _tell(session, hold)
    return hold


async def capture(session: AsyncSession, *, order_id: OrderId, to: Mapping[AccountName, int], now: datetime) -> None:
    """Pass what is held for an order on; the amounts of `to`, in minor units, are all that is held.

    Capture and void share the key of one journal, so that the book takes only one of them.
    """
    hold = await locked_hold(session, order_id)
    assert hold is not None
    assert sum(to.values()) == hold.amount_minor
    legs = [Leg(escrow(order_id, hold.currency), account, amount) for account, amount in to.items() if amount]
    await _resolve(session, hold, "capture", legs, HoldStatus.CAPTURED, now)


async def void(session: AsyncSession, *, order_id: OrderId, now: datetime) -> None:
    """Give what is held for an order back to its wallet, if anything is."""
    hold = await locked_hold(session, order_id)
    if hold is None or hold.status in {HoldStatus.REFUSED, HoldStatus.VOIDED}:
        return
    back = Leg(escrow(order_id, hold.currency), wallet(hold.user_id, hold.currency), hold.amount_minor)
    await _resolve(session, hold, "void", [back], HoldStatus.VOIDED, now)


async def locked_hold(session: AsyncSession, order_id: OrderId) -> Hold | None:
    """Return the hold of an order, holding its row."""
    found = select(Hold).where(Hold.order_id == order_id).with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def _resolve(
    session: AsyncSession, hold: Hold, kind: str, legs: Sequence[Leg], status: HoldStatus, now: datetime
) -> None:
    await post(session, key=f"order:{hold.order_id}:resolve", kind=kind, legs=legs, now=now)
    hold.status = status


def _tell(session: AsyncSession, hold: Hold) -> None:
    said = {
        "order_id": hold.order_id,
        "user_id": hold.user_id,
        "amount_minor": hold.amount_minor,
        "currency": hold.currency,
    }
    if hold.status == HoldStatus.REFUSED:
        assert hold.reason is not None
        emit(session, HoldRefused(**said, reason=hold.reason))
    else:
        emit(session, MoneyHeld(**said))
