"""The payer says: I paid this outside."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.actor import Actor
from core.ids import IntentId
from core.payments.events import PaymentClaimed
from core.payments.models import Attempt, Rail
from core.payments.open_attempt import open_attempt
from core.payments.tell import attempt_happened
from core.photos.give_photo import GivenPhoto, use_photo


async def claim_paid(
    session: AsyncSession,
    *,
    actor: Actor,
    intent_id: IntentId,
    confirm_within: timedelta,
    now: datetime,
    amount_minor: int | None = None,
    proof: GivenPhoto | None = None,
    seen_version: int | None = None,
) -> Attempt:
    """Open a manual attempt that waits for the payee's "received", for all that is left unless an amount is given.

    Claiming the same amount again while the first claim waits returns that one, with the proof if it had none.
    Unanswered, the claim confirms itself after `confirm_within`.

    :raises IntentNotFound, AlreadyPaid, DebtCanceled, AttemptOpen, ChangedMeanwhile, WrongPaidAmount: as `open_attempt`
        says.
    :raises PhotoNotFound: if the proof is no photo of the actor's.
    """
    purchase, intent, attempt, is_new = await open_attempt(
        session,
        actor=actor,
        intent_id=intent_id,
        rail=Rail.MANUAL,
        amount_minor=amount_minor,
        seen_version=seen_version,
        now=now,
        confirm_by=now + confirm_within,
    )
    if proof is not None and attempt.proof_id is None:
        attempt.proof_id = await use_photo(session, actor=actor, given=proof, now=now)
    if is_new:
        attempt_happened(
            session,
            PaymentClaimed,
            purchase,
            intent,
            attempt,
            actor_id=actor.user_id,
            now=now,
            has_proof=proof is not None,
        )
    return attempt
