"""The payer says: I paid this outside."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, Invalid
from core.identity.actor import Actor
from core.ids import IntentId
from core.payments.events import PaymentClaimed
from core.payments.happened import attempt_happened
from core.payments.models import Attempt, AttemptStatus, Rail
from core.payments.queries import open_attempt_of
from core.settlement.lock_distribution import ChangedMeanwhile
from core.settlement.models import PAYABLE, Intent, IntentStatus
from core.settlement.queries import IntentNotFound, locked_intent


class AlreadyPaid(Conflict):
    """The debt is settled."""


class AttemptOpen(Conflict):
    """Another attempt to pay this debt is under way."""


class DebtCanceled(Conflict):
    """The distribution was unlocked, so there is nothing to pay."""


class WrongPaidAmount(Invalid):
    """A payment is more than zero and not more than what is left."""


async def claim_paid(
    session: AsyncSession,
    *,
    actor: Actor,
    intent_id: IntentId,
    confirm_within: timedelta,
    now: datetime,
    amount_minor: int | None = None,
    proof_file_id: str | None = None,
    seen_version: int | None = None,
) -> Attempt:
    """Open a manual attempt that waits for the payee's "received", for all that is left unless an amount is given.

    Claiming the same amount again while the first claim waits returns that one. Unanswered, the claim confirms itself
    after `confirm_within`.

    :raises IntentNotFound: if the actor is not the payer.
    :raises AlreadyPaid, DebtCanceled: if there is nothing to pay any more.
    :raises AttemptOpen: if another attempt is under way.
    :raises ChangedMeanwhile: if `seen_version` is not the debt's version any more.
    :raises WrongPaidAmount: if the amount is zero, negative or more than what is left.
    """
    purchase, intent = await locked_intent(session, actor=actor, intent_id=intent_id)
    if intent.payer_id != actor.user_id:
        raise IntentNotFound
    waiting = await open_attempt_of(session, intent.id)
    if waiting is not None:
        if waiting.rail == Rail.MANUAL and waiting.amount_minor == (amount_minor or intent.left_minor):
            return waiting
        raise AttemptOpen
    amount_minor = _checked_amount(intent, amount_minor, seen_version)
    attempt = Attempt(
        intent_id=intent.id,
        payer_id=actor.user_id,
        rail=Rail.MANUAL,
        amount_minor=amount_minor,
        currency=intent.currency,
        status=AttemptStatus.PENDING_CONFIRMATION,
        proof_file_id=proof_file_id,
        confirm_by=now + confirm_within,
        created_at=now,
    )
    session.add(attempt)
    intent.status = IntentStatus.AWAITING
    intent.version += 1
    await session.flush()
    attempt_happened(
        session,
        PaymentClaimed,
        purchase,
        intent,
        attempt,
        actor_id=actor.user_id,
        now=now,
        has_proof=proof_file_id is not None,
    )
    return attempt


def _checked_amount(intent: Intent, amount_minor: int | None, seen_version: int | None) -> int:
    if intent.status == IntentStatus.CANCELED:
        raise DebtCanceled
    if intent.status not in PAYABLE:
        raise AlreadyPaid
    if seen_version is not None and seen_version != intent.version:
        raise ChangedMeanwhile
    wanted = intent.left_minor if amount_minor is None else amount_minor
    if not 0 < wanted <= intent.left_minor:
        raise WrongPaidAmount(left_minor=intent.left_minor, currency=intent.currency)
    return wanted
