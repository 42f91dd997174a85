"""Everything that is known of a person, in one document for machines."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.statement import wallets_of
from core.dialogs.models import Dialog
from core.identity.models import Identity, Provider, User
from core.identity.people import PersonNotFound
from core.ids import UserId
from core.ledger.chart import wallet
from core.ledger.movements import movements
from core.payments.models import Attempt
from core.purchases.models import Participant, Purchase, Task, TaskPayer, TaskShare
from core.settlement.models import Intent
from core.tables import METADATA

FORMAT = "syncbuy-person/1"  # another number where a reader of the old form would go wrong
MOVEMENTS_MAX = 100_000


async def export_person(session: AsyncSession, *, user_id: UserId, now: datetime) -> bytes:
    """Return a JSON document with all rows that speak of a person; the edge has made sure who asks.

    Amounts are in minor units. Other people appear by their ids alone. `records` holds the rows of every table that
    refers to the person; the other parts say what those rows are about.

    :raises PersonNotFound: if there is none.
    """
    if await session.get(User, user_id) is None:
        raise PersonNotFound
    document = {
        "format": FORMAT,
        "exported_at": now,
        "person_id": user_id,
        "person": await _rows(session, _table(User), User.id == user_id),
        "purchases": await _rows(session, _table(Purchase), Purchase.id.in_(_purchase_ids(user_id))),
        "tasks": await _rows(session, _table(Task), _tasks_of(user_id)),
        "wallets": await _wallets(session, user_id),
        "payments_received": await _payments_received(session, user_id),
        "dialogs": await _dialogs(session, user_id),
        "records": await _records(session, user_id),
    }
    return orjson.dumps(document, default=_written, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


async def _records(session: AsyncSession, user_id: UserId) -> dict[str, list[dict[str, Any]]]:
    # Asked of the tables themselves, so that a table added later is not forgotten here.
    person = _table(User).c.id
    found = {}
    for table in sorted(METADATA.tables.values(), key=lambda table: table.fullname):
        columns = [key.parent for key in table.foreign_keys if key.column is person]
        if columns:
            found[table.fullname] = await _rows(session, table, or_(*(column == user_id for column in columns)))
    return found


async def _wallets(session: AsyncSession, user_id: UserId) -> list[dict[str, Any]]:
    return [
        {
            "currency": money.currency,
            "balance_minor": money.minor,
            "statement": await movements(session, str(wallet(user_id, money.currency)), limit=MOVEMENTS_MAX),
        }
        for money in await wallets_of(session, user_id)
    ]


async def _payments_received(session: AsyncSession, user_id: UserId) -> list[dict[str, Any]]:
    """Return the payments of debts to the person, without what only the payer is to know."""
    shown = ("id", "intent_id", "payer_id", "rail", "amount_minor", "currency", "status", "created_at", "finished_at")
    columns = [_table(Attempt).c[name] for name in shown]
    found = select(*columns).join(_table(Intent), Intent.id == Attempt.intent_id).where(Intent.payee_id == user_id)
    return [dict(row) for row in (await session.execute(found.order_by(Attempt.id))).mappings()]


async def _dialogs(session: AsyncSession, user_id: UserId) -> list[dict[str, Any]]:
    by_telegram = (Identity.user_id == user_id) & (Identity.provider == Provider.TELEGRAM)
    subjects = await session.scalars(select(Identity.subject).where(by_telegram))
    return await _rows(session, _table(Dialog), or_(False, *(Dialog.key.endswith(f":{each}") for each in subjects)))


async def _rows(session: AsyncSession, table: Table, where: Any) -> list[dict[str, Any]]:
    found = await session.execute(select(table).where(where).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


def _purchase_ids(user_id: UserId) -> Any:
    return select(Participant.purchase_id).where(Participant.user_id == user_id)


def _tasks_of(user_id: UserId) -> Any:
    """Return what chooses the tasks that a person added, took, paid or shares in."""
    paid = select(TaskPayer.task_id).where(TaskPayer.user_id == user_id)
    shared = select(TaskShare.task_id).where(TaskShare.user_id == user_id)
    own = (Task.author_id == user_id) | (Task.assignee_id == user_id)
    return own | Task.id.in_(paid) | Task.id.in_(shared)


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    if isinstance(value, UUID):  # the driver's own kind
        return str(value)
    raise TypeError(type(value).__name__)
