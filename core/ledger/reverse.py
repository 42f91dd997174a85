"""Take a journal back by its mirror image; what was written stays written."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core.ledger.chart import AccountName, Kind, Leg
from core.ledger.models import Account, Journal, Transfer
from core.ledger.post import Posting, post


async def reverse(session: AsyncSession, *, journal_key: str, key: str, now: datetime) -> Posting:
    """Post the transfers of a journal the other way round, the last first; a journal is reversed once.

    The same key again is told by `replayed`.

    :raises NotEnoughMoney: if the money has gone on meanwhile.
    """
    journal = (await session.scalars(select(Journal).where(Journal.key == journal_key))).one()
    debit, credit = aliased(Account), aliased(Account)
    transfers = select(Transfer, debit, credit).join(debit, debit.id == Transfer.debit_id)
    transfers = transfers.join(credit, credit.id == Transfer.credit_id).where(Transfer.journal_id == journal.id)
    rows = await session.execute(transfers.order_by(Transfer.leg.desc()))
    legs = [Leg(debit=_name(to), credit=_name(source), amount_minor=done.amount) for done, source, to in rows]
    return await post(session, key=key, kind=f"reverse_{journal.kind}", legs=legs, now=now, reverses=journal.id)


def _name(account: Account) -> AccountName:
    return AccountName(
        kind=Kind(account.kind),
        currency=account.currency,
        owner_id=account.owner_id,
        counterparty_id=account.counterparty_id,
        purchase_id=account.purchase_id,
        order_id=account.order_id,
        provider=account.provider,
        shard=account.shard,
    )
