"""The payee says: received."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import AttemptId
from core.payments.models import Attempt, AttemptStatus
from core.payments.queries import AttemptNotFound, claims_to_answer, locked_claim
from core.payments.settle_attempt import settle_attempt
from core.settlement.models import Intent
from core.settlement.queries import hold

AUTO = "auto"
BATCH = 100


class AnsweredAlready(Conflict):
    """The claim was answered the other way, withdrawn or failed; `status` says how it ended."""


async def confirm_received(session: AsyncSession, *, actor: Actor, attempt_id: AttemptId, now: datetime) -> Attempt:
    """Settle a manual attempt: the actor, whom it pays, has the money. Confirming twice is the same as once.

    :raises AttemptNotFound: if the actor is not the payee.
    :raises AnsweredAlready: if the claim was disputed or withdrawn.
    """
    purchase, intent, attempt = await locked_claim(session, actor=actor, attempt_id=attempt_id)
    if intent.payee_id != actor.user_id:
        raise AttemptNotFound
    if attempt.status == AttemptStatus.SUCCEEDED:
        return attempt
    if attempt.status != AttemptStatus.PENDING_CONFIRMATION:
        raise AnsweredAlready(status=attempt.status)
    await settle_attempt(session, purchase, intent, attempt, actor_id=actor.user_id, now=now)
    return attempt


async def confirm_all_received(session: AsyncSession, *, actor: Actor, now: datetime) -> list[Attempt]:
    """Settle every claim that waits for the actor's answer and return them."""
    waiting = await claims_to_answer(session, actor.user_id)
    # Purchases are held in one order, so that two such confirmations cannot wait for each other.
    in_order = sorted(waiting, key=lambda row: (row[2].id, row[1].id))
    return [await confirm_received(session, actor=actor, attempt_id=attempt.id, now=now) for attempt, _, _ in in_order]


async def confirm_unanswered(session: AsyncSession, *, now: datetime) -> int:
    """Settle claims whose time to answer is over, up to a hundred, and return how many."""
    overdue = (Attempt.status == AttemptStatus.PENDING_CONFIRMATION) & (Attempt.confirm_by <= now)
    found = select(Attempt, Intent).join(Intent, Intent.id == Attempt.intent_id).where(overdue)
    rows = (await session.execute(found.order_by(Intent.purchase_id, Intent.id).limit(BATCH))).all()
    settled = 0
    for attempt, intent in rows:
        purchase, held = await hold(session, intent)
        await session.refresh(attempt)
        if attempt.status == AttemptStatus.PENDING_CONFIRMATION:
            attempt.reason = AUTO
            await settle_attempt(session, purchase, held, attempt, actor_id=None, now=now)
            settled += 1
    return settled
