"""Open accounts before anything is posted to them."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.chart import NORMAL_SIDE, AccountName
from core.ledger.models import Account


async def open_accounts(session: AsyncSession, names: Iterable[AccountName]) -> int:
    """Open those of the accounts that do not exist, and return how many that were."""
    in_order = sorted(set(names), key=str)  # so that two who open the same ones cannot wait for each other
    values = [{**asdict(name), "normal_side": NORMAL_SIDE[name.kind]} for name in in_order]
    opened = insert(Account).values(values).on_conflict_do_nothing().returning(Account.id)
    return len((await session.scalars(opened)).all())
