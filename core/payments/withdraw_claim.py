"""The payer takes "I paid" back."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import AttemptId
from core.payments.confirm_received import AnsweredAlready
from core.payments.events import ClaimWithdrawn
from core.payments.models import Attempt, AttemptStatus
from core.payments.queries import AttemptNotFound, locked_claim
from core.payments.states import fail
from core.payments.tell import attempt_happened

WITHDRAWN = "withdrawn"


async def withdraw_claim(session: AsyncSession, *, actor: Actor, attempt_id: AttemptId, now: datetime) -> Attempt:
    """End the actor's own claim while it is unanswered; the debt is payable again. Twice is the same as once.

    :raises AttemptNotFound: if the actor is not the payer.
    :raises AnsweredAlready: if the claim was answered.
    """
    purchase, intent, attempt = await locked_claim(session, actor=actor, attempt_id=attempt_id)
    if intent.payer_id != actor.user_id:
        raise AttemptNotFound
    if attempt.status == AttemptStatus.CANCELED and attempt.reason == WITHDRAWN:
        return attempt
    if attempt.status != AttemptStatus.PENDING_CONFIRMATION:
        raise AnsweredAlready(status=attempt.status)
    fail(attempt, intent, AttemptStatus.CANCELED, WITHDRAWN, now=now)
    attempt_happened(session, ClaimWithdrawn, purchase, intent, attempt, actor_id=actor.user_id, now=now)
    return attempt
