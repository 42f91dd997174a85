"""The only way to move money: post a journal, once per key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.ledger.chart import NORMAL_SIDE, AccountName, Leg
from core.ledger.models import Account

POST = text(
    "SELECT journal_id, replayed "
    "FROM ledger.post(:key, :kind, CAST(:legs AS jsonb), CAST(:meta AS jsonb), :at, :reverses)"
)
FLOOR = "accounts_floor_check"
OTHER_LEGS, CLOSED = "LG002", "LG003"


class NotEnoughMoney(Conflict):
    """An account that may not go below zero would."""


class AccountClosed(Conflict):
    """An account takes no more postings."""


class KeyReusedWithOtherLegs(Exception):
    """A journal with this key says something else, in legs, kind or what it reverses: a bug, a key names one fact."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A journal in the book, and whether it stood there already."""

    journal_id: int
    replayed: bool


async def post(
    session: AsyncSession,
    *,
    key: str,
    kind: str,
    legs: Sequence[Leg],
    now: datetime,
    meta: Mapping[str, Any] | None = None,
    reverses: int | None = None,
) -> Posting:
    """Write a journal of one or more transfers, opening the accounts that do not exist yet.

    The same key with the same legs again changes nothing and is told by `replayed`. Accounts are held in the order of
    their ids until the transaction ends. Legs are carried out in the order given: money arrives before it leaves.

    :raises NotEnoughMoney: if an account that may not go below zero would.
    :raises AccountClosed: if an account is closed.
    :raises KeyReusedWithOtherLegs: if the key names a journal with other legs.
    """
    assert legs, "an empty journal says nothing"
    ids = await account_ids(session, [name for leg in legs for name in (leg.debit, leg.credit)])
    rows = [{"debit_id": ids[leg.debit], "credit_id": ids[leg.credit], "amount": leg.amount_minor} for leg in legs]
    said = {
        "key": key,
        "kind": kind,
        "legs": orjson.dumps(rows).decode(),
        "meta": orjson.dumps(dict(meta or {})).decode(),
    }
    try:
        row = (await session.execute(POST, {**said, "at": now, "reverses": reverses})).one()
    except DBAPIError as refusal:
        raise _in_our_words(refusal, key) from refusal
    return Posting(row.journal_id, row.replayed)


async def account_ids(session: AsyncSession, names: Iterable[AccountName]) -> dict[AccountName, int]:
    """Return the id of each account, opening those that do not exist yet."""
    wanted = {str(name): name for name in names}
    found = await _find(session, wanted)
    missing = [wanted[name] for name in sorted(wanted.keys() - found.keys())]  # sorted, so that two cannot deadlock
    if missing:
        values = [{**asdict(name), "normal_side": NORMAL_SIDE[name.kind]} for name in missing]
        await session.execute(insert(Account).values(values).on_conflict_do_nothing())
        found |= await _find(session, wanted)
    return {wanted[name]: account_id for name, account_id in found.items()}


async def _find(session: AsyncSession, names: Iterable[str]) -> dict[str, int]:
    rows = await session.execute(select(Account.name, Account.id).where(Account.name.in_(list(names))))
    return dict(iter(rows))


def _in_our_words(refusal: DBAPIError, key: str) -> Exception:
    said = getattr(refusal.orig, "__cause__", None)  # what asyncpg raised, which knows the constraint
    if getattr(said, "constraint_name", None) == FLOOR:
        return NotEnoughMoney()
    state = getattr(said, "sqlstate", None)
    if state == CLOSED:
        return AccountClosed()
    if state == OTHER_LEGS:
        return KeyReusedWithOtherLegs(key)
    return refusal
