"""Read attempts, and lock them with the debt that they pay."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.ids import AttemptId, IntentId, PurchaseId, UserId
from core.payments.models import OPEN, UNFINISHED, Attempt, AttemptStatus, Rail, Refund, RefundStatus
from core.purchases.models import Purchase
from core.purchases.queries import own_purchase
from core.settlement.models import Intent
from core.settlement.queries import IntentNotFound, hold, own_intent


class AttemptNotFound(NotFound):
    """There is no such attempt, or it is between other people."""


async def locked_claim(
    session: AsyncSession, *, actor: Actor, attempt_id: AttemptId
) -> tuple[Purchase, Intent, Attempt]:
    """Return a claim ("I paid") about a debt of the actor, holding the rows of its purchase and its debt.

    What a wallet or a provider pays is nobody's to confirm or take back by a word.

    :raises AttemptNotFound: if the actor is neither the payer nor the payee, or it is no claim.
    """
    attempt = await session.get(Attempt, attempt_id)
    if attempt is None or attempt.intent_id is None or attempt.rail != Rail.MANUAL:
        raise AttemptNotFound
    try:
        intent = await own_intent(session, actor=actor, intent_id=attempt.intent_id)
    except IntentNotFound:
        raise AttemptNotFound from None
    purchase, intent = await hold(session, intent)
    await session.refresh(attempt)
    return purchase, intent, attempt


class Held(NamedTuple):
    """An attempt whose row is held, with the purchase and the debt that it pays (None for a top-up), held as well."""

    purchase: Purchase | None
    intent: Intent | None
    attempt: Attempt


async def hold_attempt(session: AsyncSession, attempt_id: AttemptId) -> Held:
    """Hold the rows of an attempt's purchase, of its debt and of the attempt, in this order.

    Whose attempt it is does not matter: this is for what the provider says, and for operators.
    """
    attempt = await session.get_one(Attempt, attempt_id)
    purchase, intent = None, None
    if attempt.intent_id is not None:
        purchase, intent = await hold(session, await session.get_one(Intent, attempt.intent_id))
    wanted = select(Attempt).where(Attempt.id == attempt_id).with_for_update(key_share=True)
    held = (await session.scalars(wanted.execution_options(populate_existing=True))).one()
    return Held(purchase, intent, held)


async def own_attempt(session: AsyncSession, *, actor: Actor, attempt_id: AttemptId) -> Attempt:
    """Return an attempt that the actor made.

    :raises AttemptNotFound: if there is none.
    """
    attempt = await session.get(Attempt, attempt_id, populate_existing=True)
    if attempt is None or attempt.payer_id != actor.user_id:
        raise AttemptNotFound
    return attempt


async def visible_attempt(
    session: AsyncSession, *, actor: Actor, attempt_id: AttemptId
) -> tuple[Attempt, Intent | None]:
    """Return an attempt that the actor made, or that pays what is owed to them, with its debt (a top-up has none).

    :raises AttemptNotFound: if there is none.
    """
    found = select(Attempt, Intent).outerjoin(Intent, Intent.id == Attempt.intent_id).where(Attempt.id == attempt_id)
    theirs = (Attempt.payer_id == actor.user_id) | (Intent.payee_id == actor.user_id)
    row = (await session.execute(found.where(theirs))).first()
    if row is None:
        raise AttemptNotFound
    attempt, intent = row
    return attempt, intent


async def attempts_of(session: AsyncSession, intent_id: IntentId) -> list[Attempt]:
    """Return every attempt to pay a debt, the oldest first."""
    return list(await session.scalars(select(Attempt).where(Attempt.intent_id == intent_id).order_by(Attempt.id)))


async def unfinished_refunds(session: AsyncSession, attempt_ids: Collection[AttemptId]) -> dict[AttemptId, Refund]:
    """Return the refund of each attempt that has not ended, where there is one: an attempt has one at a time."""
    under_way = Refund.attempt_id.in_(attempt_ids) & Refund.status.in_(UNFINISHED)
    return {refund.attempt_id: refund for refund in await session.scalars(select(Refund).where(under_way))}


async def refunds_to_answer(
    session: AsyncSession, *, actor: Actor, limit: int, offset: int = 0
) -> tuple[list[tuple[Refund, Attempt, Intent]], int]:
    """Return a page of the refunds that wait for the actor's word, the oldest first, and how many there are.

    These are the ones that an organiser asks of the actor, and those that went to the actor outside.
    """
    asked = (Refund.status == RefundStatus.REQUESTED) & (Intent.payee_id == actor.user_id)
    outside = (Attempt.rail == Rail.MANUAL) & (Attempt.payer_id == actor.user_id)
    came = (Refund.status == RefundStatus.PENDING) & outside
    found = (
        select(Refund, Attempt, Intent)
        .join(Attempt, Attempt.id == Refund.attempt_id)
        .join(Intent, Intent.id == Attempt.intent_id)
        .where(asked | came)
    )
    rows = await session.execute(found.order_by(Refund.id).limit(limit).offset(offset))
    total = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return [(refund, attempt, intent) for refund, attempt, intent in rows], total


async def open_attempt_of(session: AsyncSession, intent_id: IntentId) -> Attempt | None:
    """Return the attempt to pay a debt that is under way."""
    return await session.scalar(select(Attempt).where(Attempt.intent_id == intent_id, Attempt.status.in_(OPEN)))


async def claims_to_answer(session: AsyncSession, payee_id: UserId) -> list[tuple[Attempt, Intent, Purchase]]:
    """Return the "I paid" that wait for this person's "received", the oldest first."""
    waiting = (Attempt.status == AttemptStatus.PENDING_CONFIRMATION) & (Attempt.rail == Rail.MANUAL)
    found = select(Attempt, Intent, Purchase).join(Intent, Intent.id == Attempt.intent_id)
    found = found.join(Purchase, Purchase.id == Intent.purchase_id).where(waiting, Intent.payee_id == payee_id)
    rows = await session.execute(found.order_by(Attempt.id))
    return [(attempt, intent, purchase) for attempt, intent, purchase in rows]


class Refundable(NamedTuple):
    """A payment of which something may go back, with the debt it pays and its refund that has not ended, if any."""

    attempt: Attempt
    intent: Intent
    refund: Refund | None


async def refundable_payments(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> list[Refundable]:
    """Return the payments of a purchase that have not gone back in full, of those that the actor may give back.

    These are the ones that were paid to the actor, or all of them for the organiser.

    :raises PurchaseNotFound: if the purchase is none of the actor's.
    :raises NotParticipant: if they only see it in their chat.
    """
    await own_purchase(session, actor=actor, purchase_id=purchase_id)
    under_way = (Refund.attempt_id == Attempt.id) & Refund.status.in_(UNFINISHED)
    found = (
        select(Attempt, Intent, Refund)
        .join(Intent, Intent.id == Attempt.intent_id)
        .join(Purchase, Purchase.id == Intent.purchase_id)
        .outerjoin(Refund, under_way)
        .where(
            Intent.purchase_id == purchase_id,
            (Intent.payee_id == actor.user_id) | (Purchase.owner_id == actor.user_id),
            Attempt.status == AttemptStatus.SUCCEEDED,
            (Attempt.refunded_minor < Attempt.amount_minor) | Refund.id.is_not(None),
        )
    )
    rows = await session.execute(found.order_by(Attempt.id))
    return [Refundable(attempt, intent, refund) for attempt, intent, refund in rows]


async def refundable_payment(
    session: AsyncSession, *, actor: Actor, attempt_id: AttemptId
) -> tuple[Attempt, Intent, Purchase]:
    """Return a debt's payment that the actor may give back, or ask the payee to.

    :raises AttemptNotFound: if there is none, or the actor is neither its payee nor the organiser.
    """
    attempt = await session.get(Attempt, attempt_id, populate_existing=True)
    if attempt is None or attempt.intent_id is None:
        raise AttemptNotFound
    intent = await session.get_one(Intent, attempt.intent_id)
    purchase = await session.get_one(Purchase, intent.purchase_id)
    if actor.user_id not in {intent.payee_id, purchase.owner_id}:
        raise AttemptNotFound
    return attempt, intent, purchase
