"""Let a provider be asked now, instead of when it is due, how an attempt or a refund stands."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import WAKE
from core.errors import Conflict
from core.ids import AttemptId, RefundId
from core.payments.models import OPEN, Attempt, Rail, Refund, RefundStatus
from core.payments.queries import AttemptNotFound, hold_attempt
from core.payments.refund_attempt import hold_refund
from core.payments.take_refund_state import is_forgotten


class NothingToAsk(Conflict):
    """It has ended, or no provider moves this money."""


class NobodyKnows(Conflict):
    """The provider may have forgotten the refund's key: asked again it might give back twice."""


async def ask_attempt_now(session: AsyncSession, *, attempt_id: AttemptId, now: datetime) -> Attempt:
    """Make the next question about an attempt due.

    :raises AttemptNotFound: if there is none.
    :raises NothingToAsk: if it has ended or is not paid through a provider.
    """
    if await session.get(Attempt, attempt_id) is None:
        raise AttemptNotFound
    attempt = (await hold_attempt(session, attempt_id)).attempt
    if attempt.rail != Rail.PROVIDER or attempt.status not in OPEN:
        raise NothingToAsk
    attempt.next_call_at = now
    session.info[WAKE] = True
    return attempt


async def ask_refund_now(session: AsyncSession, *, refund_id: RefundId, now: datetime) -> Refund:
    """Make the next question about a refund due.

    :raises RefundNotFound: if there is none.
    :raises NothingToAsk: if it is not on its way through a provider.
    :raises NobodyKnows: if asking might give the money back twice.
    """
    held, refund = await hold_refund(session, refund_id)
    if held.attempt.rail != Rail.PROVIDER or refund.status != RefundStatus.PENDING:
        raise NothingToAsk
    if is_forgotten(refund, now):
        raise NobodyKnows
    refund.next_call_at = now
    session.info[WAKE] = True
    return refund
