"""The only way to move money: post a journal, once per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.ledger.chart import Leg
from core.telemetry.measures import JOURNALS

POST = text("SELECT journal_id, replayed FROM ledger.post(CAST(:names AS text[]), CAST(:drafts AS jsonb))")
OTHER_LEGS, CLOSED = "LG002", "LG003"


class NotEnoughMoney(Conflict):
    """An account that may not go below zero would."""


class AccountClosed(Conflict):
    """An account takes no more postings."""


class KeyReusedWithOtherLegs(Exception):
    """A journal with this key says something else, in legs, kind or what it reverses: a bug, a key names one fact."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A journal to be written: `key` names it for ever, `now` is when it happened."""

    key: str
    kind: str
    legs: Sequence[Leg]
    now: datetime
    meta: Mapping[str, Any] | None = None
    reverses: int | None = None


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
    """Write a journal of one or more transfers, as `post_many` does.

    :raises NotEnoughMoney: if an account that may not go below zero would.
    :raises AccountClosed: if an account is closed.
    :raises KeyReusedWithOtherLegs: if the key names a journal with other legs.
    """
    [posting] = await post_many(session, [Draft(key, kind, legs, now, meta, reverses)])
    if posting is None:
        raise NotEnoughMoney
    return posting


async def post_many(session: AsyncSession, drafts: Sequence[Draft]) -> list[Posting | None]:
    """Write journals one after the other in one round trip, opening the accounts that do not exist yet.

    Returns what became of each, in the order given; None stands for one that was refused because an account that may
    not go below zero would: nothing of it is written, and the others go on without it. The same key with the same legs
    again changes nothing and is told by `replayed`. Legs are carried out in the order given: money arrives before it
    leaves.

    Accounts are held in one order until the transaction ends, so two calls never wait for each other. Two calls in one
    transaction can: post everything of a transaction at once, or hold what leads to the accounts before (as a purchase
    leads to its debts). PostgreSQL ends one of two that do wait for each other, and the same keys can be posted again.

    :raises AccountClosed: if an account is closed; then nothing is written.
    :raises KeyReusedWithOtherLegs: if a key names a journal with other legs; then nothing is written.
    """
    places: dict[str, int] = {}  # of each account's name in the list of them, from 1 as SQL counts

    def place(name: str) -> int:
        return places.setdefault(name, len(places) + 1)

    rows = []
    for draft in drafts:
        assert draft.legs, "an empty journal says nothing"
        legs = [(place(str(leg.debit)), place(str(leg.credit)), leg.amount_minor) for leg in draft.legs]
        rows.append(
            {
                "key": draft.key,
                "kind": draft.kind,
                "legs": legs,
                "meta": dict(draft.meta or {}),
                "event_at": draft.now,
                "reverses": draft.reverses,
            }
        )
    if not rows:
        return []
    try:
        done = await session.execute(POST, {"names": list(places), "drafts": orjson.dumps(rows).decode()})
    except DBAPIError as refusal:
        raise _in_our_words(refusal) from refusal
    postings = [None if row.journal_id is None else Posting(row.journal_id, row.replayed) for row in done]
    for draft, posting in zip(drafts, postings, strict=True):
        if posting is not None and not posting.replayed:
            JOURNALS.labels(draft.kind).inc()
    return postings


def _in_our_words(refusal: DBAPIError) -> Exception:
    said = refusal.orig and refusal.orig.__cause__  # what asyncpg raised, which knows the code
    state = getattr(said, "sqlstate", None)
    if state == CLOSED:
        return AccountClosed()
    if state == OTHER_LEGS:
        return KeyReusedWithOtherLegs(str(said))
    return refusal
