"""Open an attempt to pay a debt: what all rails have in common."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict, Invalid
from core.identity.actor import Actor
from core.ids import AttemptId, IntentId, new_id
from core.payments.fees import service_fee
from core.payments.models import Attempt, AttemptStatus, Rail
from core.payments.queries import open_attempt_of
from core.payments.tell import attempt_moved
from core.purchases.models import Purchase
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


class Opened(NamedTuple):
    """An attempt with the rows that it concerns, which are held, and whether it is a new one."""

    purchase: Purchase
    intent: Intent
    attempt: Attempt
    is_new: bool


async def open_attempt(
    session: AsyncSession,
    *,
    actor: Actor,
    intent_id: IntentId,
    rail: Rail,
    amount_minor: int | None,
    seen_version: int | None,
    service_fee_basis_points: int = 0,
    now: datetime,
    provider: str | None = None,
    **more: Any,
) -> Opened:
    """Open an attempt of the payer for all that is left of a debt, or for an amount in minor units.

    Asked again for the same by the same rail while it is under way, it returns that attempt.

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
        wanted = (rail, provider, intent.left_minor if amount_minor is None else amount_minor)
        if (waiting.rail, waiting.provider, waiting.amount_minor) == wanted:
            return Opened(purchase, intent, waiting, is_new=False)
        raise AttemptOpen
    amount = _checked_amount(intent, amount_minor, seen_version)
    attempt = Attempt(
        id=AttemptId(new_id()),
        intent_id=intent.id,
        payer_id=actor.user_id,
        rail=rail,
        provider=provider,
        amount_minor=amount,
        service_fee_minor=service_fee(amount, service_fee_basis_points) if service_fee_basis_points else 0,
        refunded_minor=0,
        currency=intent.currency,
        status=AttemptStatus.PENDING_CONFIRMATION if rail == Rail.MANUAL else AttemptStatus.CREATED,
        created_at=now,
        **more,
    )
    session.add(attempt)
    intent.status = IntentStatus.AWAITING
    intent.version += 1
    await session.flush()
    if rail != Rail.MANUAL:
        attempt_moved(session, attempt)
    return Opened(purchase, intent, attempt, is_new=True)


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
