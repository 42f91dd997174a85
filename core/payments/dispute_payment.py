"""The payee says: not received."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import AttemptId
from core.payments.confirm_received import AnsweredAlready
from core.payments.events import PaymentDisputed
from core.payments.models import Attempt, AttemptStatus
from core.payments.queries import AttemptNotFound, locked_claim
from core.payments.states import fail
from core.payments.tell import attempt_happened

NOT_RECEIVED = "not_received"


async def dispute_payment(session: AsyncSession, *, actor: Actor, attempt_id: AttemptId, now: datetime) -> Attempt:
    """Return a claim to its payer: the actor, whom it pays, got no money. Disputing twice is the same as once.

    :raises AttemptNotFound: if the actor is not the payee.
    :raises AnsweredAlready: if the claim was confirmed or withdrawn.
    """
    purchase, intent, attempt = await locked_claim(session, actor=actor, attempt_id=attempt_id)
    if intent.payee_id != actor.user_id:
        raise AttemptNotFound
    if attempt.status == AttemptStatus.CANCELED and attempt.reason == NOT_RECEIVED:
        return attempt
    if attempt.status != AttemptStatus.PENDING_CONFIRMATION:
        raise AnsweredAlready(status=attempt.status)
    fail(attempt, intent, AttemptStatus.CANCELED, NOT_RECEIVED, now=now)
    owner_id = purchase.owner_id
    attempt_happened(
        session, PaymentDisputed, purchase, intent, attempt, actor_id=actor.user_id, now=now, owner_id=owner_id
    )
    return attempt
