"""An operator has looked at the provider how a refund ended of which nobody could be asked any more."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.ids import RefundId
from core.ledger.chart import provider_clearing
from core.payments.models import Rail, Refund, RefundStatus
from core.payments.refund_attempt import cancel_refund, finish_refund, hold_refund

BY_OPERATOR = "operator"


class RefundNotWaiting(Conflict):
    """The refund has ended, or is not on its way through a provider."""


async def settle_refund_by_operator(
    session: AsyncSession, *, refund_id: RefundId, given_back: bool, now: datetime
) -> Refund:
    """Let a provider's refund end as an operator saw it there: the money is back with the payer, or it is not.

    A request that the payee never answers can be ended without effect, too.

    :raises RefundNotFound: if there is none.
    :raises RefundNotWaiting: if it has ended, or no provider carries it out.
    """
    held, refund = await hold_refund(session, refund_id)
    attempt = held.attempt
    is_unanswered = refund.status == RefundStatus.REQUESTED and not given_back
    is_on_its_way = attempt.rail == Rail.PROVIDER and refund.status == RefundStatus.PENDING
    if not (is_on_its_way or is_unanswered):
        raise RefundNotWaiting(status=refund.status)
    if given_back:
        assert attempt.provider is not None
        clearing = provider_clearing(attempt.provider, refund.currency, attempt.payer_id)
        await finish_refund(session, held, refund, out_of_house=clearing, now=now)
    else:
        await cancel_refund(session, held, refund, reason=BY_OPERATOR, now=now)
    return refund
