"""An operator has found out whose money in suspense is: it goes to their wallet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.errors import Conflict, NotFound
from core.ids import UserId
from core.ledger.chart import Kind, Leg, suspense, wallet
from core.ledger.models import Account, Journal, Transfer
from core.ledger.post import KeyReusedWithOtherLegs, post


class SuspenseNotFound(NotFound):
    """There is no such money in suspense."""


class PlacedAlready(Conflict):
    """The money went to another wallet before."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """Money that a provider took and nobody could place, in minor units; `placed` says whether somebody has since."""

    key: str
    at: datetime
    provider: str
    amount_minor: int
    currency: str
    meta: dict[str, Any]
    placed: bool


async def suspended(session: AsyncSession, *, key: str | None = None, limit: int) -> list[Suspended]:
    """Return money that came into suspense, the newest first, or that of one journal."""
    placing = aliased(Journal)
    is_placed = select(placing.id).where(placing.key == "place:" + Journal.key).exists()
    found = (
        select(Journal, Transfer.amount, Account.currency, Account.provider, is_placed)
        .join(Transfer, Transfer.journal_id == Journal.id)
        .join(Account, Account.id == Transfer.credit_id)
        .where(Journal.kind == "suspense", Account.kind == Kind.SUSPENSE)
    )
    if key is not None:
        found = found.where(Journal.key == key)
    rows = await session.execute(found.order_by(Journal.id.desc()).limit(limit))
    return [
        Suspended(journal.key, journal.event_at, provider or "", amount, currency, journal.meta, placed)
        for journal, amount, currency, provider, placed in rows
    ]


async def place_suspense(
    session: AsyncSession, *, key: str, user_id: UserId, operator: str, now: datetime
) -> Suspended:
    """Credit money in suspense, named by the key of its journal, to a person's wallet. Twice is the same as once.

    :raises SuspenseNotFound: if there is none.
    :raises PlacedAlready: if it was placed into another wallet before.
    """
    found = await suspended(session, key=key, limit=1)
    if not found:
        raise SuspenseNotFound
    [money] = found
    leg = Leg(suspense(money.provider, money.currency), wallet(user_id, money.currency), money.amount_minor)
    meta = {"operator": operator}
    try:
        await post(session, key=f"place:{key}", kind="placed", legs=[leg], meta=meta, now=now)
    except KeyReusedWithOtherLegs:
        raise PlacedAlready from None
    return money
