"""Give a creating request that comes twice one effect and the same answer."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, Invalid
from core.idempotency.models import IdempotencyRow

KEEP_FOR = timedelta(hours=72)


class SameKeyStillRunning(Conflict):
    """A request with this key is being carried out right now; ask again in a second."""


class SameKeyOtherRequest(Invalid):
    """This key was used already, for a request that said something else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, and whether it was answered before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


async def run_once(
    session: AsyncSession,
    *,
    scope: str,
    key: str,
    request: dict[str, Any],
    now: datetime,
    effect: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Run `effect` once for this key within `scope`, and repeat its answer to every further request.

    The key and the effect commit together, so a crash leaves both or neither.

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
    answer = await effect()
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
