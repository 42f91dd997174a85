"""Hold money of wallets for orders, at most once each; then capture it or give it back, never both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.events import HoldRefused, MoneyHeld
from core.accounts.models import Hold, HoldStatus
from core.ids import OrderId, UserId
from core.ledger.chart import AccountName, Leg, escrow, wallet
from core.ledger.post import Draft, post, post_many
from core.outbox.emit import emit

NOT_ENOUGH = "not_enough_money"


class Wanted(NamedTuple):
    """The money that an order asks for, in minor units."""

    order_id: OrderId
    user_id: UserId
    amount_minor: int
    currency: str


async def hold_for_orders(session: AsyncSession, wanted: Sequence[Wanted], *, now: datetime) -> list[Hold]:
    """Take the money for orders from their wallets into escrow, and tell each result.

    Asked again by whatever message, nothing moves and the first result is told again. One that is refused leaves the
    others alone.
    """
    if not wanted:
        return []
    by_id = {want.order_id: want for want in wanted}
    in_order = [by_id[order_id] for order_id in sorted(by_id)]  # so that two who hold the same ones cannot deadlock
    rows = [{**want._asdict(), "status": HoldStatus.HELD, "created_at": now} for want in in_order]
    new = set(await session.scalars(insert(Hold).on_conflict_do_nothing().returning(Hold.order_id), rows))
    holds = await locked_holds(session, [want.order_id for want in in_order])
    fresh = [hold for hold in holds if hold.order_id in new]
    drafts = [
        Draft(
            key=f"order:{hold.order_id}:pay",
            kind="hold",
            legs=[Leg(wallet(hold.user_id, hold.currency), escrow(hold.order_id, hold.currency), hold.amount_minor)],
            now=now,
        )
        for hold in fresh
    ]
    for hold, posting in zip(fresh, await post_many(session, drafts), strict=True):
        if posting is None:
            hold.status, hold.reason = HoldStatus.REFUSED, NOT_ENOUGH
    for hold in holds:
        _tell(session, hold)
    return holds


async def capture(session: AsyncSession, to: Mapping[OrderId, Mapping[AccountName, int]], *, now: datetime) -> None:
    """Pass what is held for orders on; the amounts for each, in minor units, are all that is held for it.

    Capture and void share the key of one journal, so that the book takes only one of them.
    """
    holds = await locked_holds(session, list(to))
    drafts = []
    for hold in holds:
        shares = to[hold.order_id]
        assert sum(shares.values()) == hold.amount_minor
        source = escrow(hold.order_id, hold.currency)
        legs = [Leg(source, account, amount) for account, amount in shares.items() if amount]
        drafts.append(Draft(key=f"order:{hold.order_id}:resolve", kind="capture", legs=legs, now=now))
        hold.status = HoldStatus.CAPTURED
    postings = await post_many(session, drafts)
    assert len(holds) == len(to), "what is captured is held"
    assert None not in postings, "what is held is there"


async def void(session: AsyncSession, *, order_id: OrderId, now: datetime) -> None:
    """Give what is held for an order back to its wallet, if anything is."""
    holds = await locked_holds(session, [order_id])
    if not holds or holds[0].status in {HoldStatus.REFUSED, HoldStatus.VOIDED}:
        return
    [hold] = holds
    back = Leg(escrow(order_id, hold.currency), wallet(hold.user_id, hold.currency), hold.amount_minor)
    await post(session, key=f"order:{order_id}:resolve", kind="void", legs=[back], now=now)
    hold.status = HoldStatus.VOIDED


async def locked_holds(session: AsyncSession, order_ids: Sequence[OrderId]) -> list[Hold]:
    """Return the holds of orders, holding their rows, in the order of the orders' ids."""
    found = select(Hold).where(Hold.order_id.in_(order_ids)).order_by(Hold.order_id).with_for_update()
    return list(await session.scalars(found.execution_options(populate_existing=True)))


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
