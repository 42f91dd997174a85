"""Give a creating request that comes twice one effect and the same answer."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, DomainError, Invalid
from core.idempotency.models import IdempotencyRow

KEEP_FOR = timedelta(hours=72)
# What will be answered to this request however often it is asked. Who may ask and how often (401, 403, 429) can be
# another matter in a minute, and what broke (5xx) may be mended by then.
_REFUSALS_KEPT = frozenset({402, 404, 409, 422})


class SameKeyStillRunning(Conflict):
    """A request with this key is being carried out right now; ask again in a second."""


class SameKeyOtherRequest(Invalid):
    """This key was used already, for a request that said something else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, byte for byte, and whether it was answered before."""

    status: int
    body: bytes
    replayed: bool = False

    @property
    def has_effect(self) -> bool:
        """Whether the request did what it asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004 -- HTTP's own numbers

    @property
    def is_kept(self) -> bool:
        """Whether every repeat is to get this answer."""
        return self.has_effect or self.status in _REFUSALS_KEPT


class _NoEffect(Exception):
    """What a request had begun is to be undone before it is answered so."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


async def run_once(
    session: AsyncSession,
    *,
    scope: str,
    key: str,
    request: dict[str, Any],
    now: datetime,
    effect: Callable[[], Awaitable[Answer]],
    refuse: Callable[[DomainError], Answer] | None = None,
) -> Answer:
    """Run `effect` once for this key within `scope`, and repeat its answer to every further request for 72 hours.

    The key and the effect commit together, so a crash leaves both or neither. A refusal that is kept is answered as
    `refuse` says; any other is raised, and all where there is no such word. Nothing of what it had begun stays. `scope`
    is what `scope_of` returns.

    :raises SameKeyStillRunning: if another transaction is at it.
    :raises SameKeyOtherRequest: if the key was used for another request.
    """
    fingerprint = hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).digest()
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"{scope} {key}", 0))
    if not await session.scalar(select(lock)):
        raise SameKeyStillRunning
    row = await session.get(IdempotencyRow, (scope, key))
    if row is not None and row.expires_at > now:
        if row.fingerprint != fingerprint:
            raise SameKeyOtherRequest
        return Answer(row.status, row.body, replayed=True)
    if row is not None:
        await session.delete(row)
        await session.flush()
    answer = await _carry_out(session, effect, refuse)
    if answer.is_kept:
        session.add(
            IdempotencyRow(
                scope=scope,
                key=key,
                fingerprint=fingerprint,
                status=answer.status,
                body=answer.body,
                created_at=now,
                expires_at=now + KEEP_FOR,
            )
        )
    return answer


async def _carry_out(
    session: AsyncSession, effect: Callable[[], Awaitable[Answer]], refuse: Callable[[DomainError], Answer] | None
) -> Answer:
    try:
        async with session.begin_nested():
            return await _with_effect(effect)
    except _NoEffect as refused:
        return refused.answer
    except DomainError as refusal:
        answer = None if refuse is None else refuse(refusal)
        assert answer is None or not answer.has_effect
        if answer is None or not answer.is_kept:
            raise
        return answer


async def _with_effect(effect: Callable[[], Awaitable[Answer]]) -> Answer:
    answer = await effect()
    if not answer.has_effect:
        raise _NoEffect(answer)
    return answer
