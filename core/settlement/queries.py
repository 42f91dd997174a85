"""Read intents, and lock them: a debt is the business of its two people only."""

from collections.abc import Collection

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import NotFound
from core.identity.actor import Actor
from core.ids import IntentId, PurchaseId
from core.purchases.models import Purchase
from core.purchases.queries import own_purchase
from core.settlement.models import OPEN, Intent, IntentStatus


class IntentNotFound(NotFound):
    """There is no such debt, or it is between other people."""


async def own_intent(session: AsyncSession, *, actor: Actor, intent_id: IntentId) -> Intent:
    """Return a debt that the actor owes or is owed.

    :raises IntentNotFound: if there is none.
    """
    intent = await session.get(Intent, intent_id, populate_existing=True)
    if intent is None or actor.user_id not in {intent.payer_id, intent.payee_id}:
        raise IntentNotFound
    return intent


async def locked_intent(session: AsyncSession, *, actor: Actor, intent_id: IntentId) -> tuple[Purchase, Intent]:
    """Return a debt of the actor, holding first its purchase's row and then its own.

    :raises IntentNotFound: if there is none.
    """
    intent = await own_intent(session, actor=actor, intent_id=intent_id)
    return await hold(session, intent)


async def hold(session: AsyncSession, intent: Intent) -> tuple[Purchase, Intent]:
    """Hold the rows of a debt's purchase and of the debt, in this order, until the transaction ends."""
    purchase = select(Purchase).where(Purchase.id == intent.purchase_id).with_for_update(key_share=True)
    held_purchase = (await session.scalars(purchase.execution_options(populate_existing=True))).one()
    wanted = select(Intent).where(Intent.id == intent.id).with_for_update(key_share=True)
    held_intent = (await session.scalars(wanted.execution_options(populate_existing=True))).one()
    return held_purchase, held_intent


async def intents_of(session: AsyncSession, purchase: Purchase) -> list[Intent]:
    """Return the debts of the purchase's last lock, whatever became of them."""
    last = (Intent.purchase_id == purchase.id) & (Intent.lock_number == purchase.lock_number)
    return list(await session.scalars(select(Intent).where(last).order_by(Intent.id)))


async def open_debts_of(
    session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId | None = None
) -> list[tuple[Intent, Purchase]]:
    """Return what the actor owes and is owed, with the purchase of each, perhaps of one purchase only."""
    own = (Intent.payer_id == actor.user_id) | (Intent.payee_id == actor.user_id)
    found = select(Intent, Purchase).join(Purchase, Purchase.id == Intent.purchase_id).where(own)
    found = found.where(Intent.status.in_(OPEN))
    if purchase_id is not None:
        found = found.where(Intent.purchase_id == purchase_id)
    rows = await session.execute(found.order_by(Intent.due_at, Intent.id))
    return [(intent, purchase) for intent, purchase in rows]


async def debts_of_purchase(session: AsyncSession, *, actor: Actor, purchase_id: PurchaseId) -> list[Intent]:
    """Return the debts of a purchase that the actor takes part in: who takes part knows who owes whom.

    :raises PurchaseNotFound: if the purchase is none of the actor's.
    :raises NotParticipant: if they only see it in their chat.
    """
    return await intents_of(session, await own_purchase(session, actor=actor, purchase_id=purchase_id))


async def debts_page(
    session: AsyncSession, *, actor: Actor, owes: bool | None = None, limit: int, offset: int = 0
) -> tuple[list[Intent], int]:
    """Return a page of what the actor owes (`owes`), is owed, or both, the soonest due first, with their number."""
    own = _open_of(actor, owes)
    rows = await session.scalars(
        select(Intent).where(own).order_by(Intent.due_at, Intent.id).limit(limit).offset(offset)
    )
    total = await session.scalar(select(func.count()).select_from(Intent).where(own)) or 0
    return list(rows), total


async def open_sums(session: AsyncSession, *, actor: Actor, owes: bool | None = None) -> list[tuple[str, int, int]]:
    """Return for each currency how much is left of all that the actor owes, and is owed, in minor units.

    With `owes` the other side is zero, and a currency that only it has is missing.
    """
    left = Intent.amount_minor - Intent.paid_minor - Intent.written_off_minor
    is_payer = Intent.payer_id == actor.user_id
    sums = select(
        Intent.currency,
        cast(func.coalesce(func.sum(left).filter(is_payer), 0), BigInteger),
        cast(func.coalesce(func.sum(left).filter(~is_payer), 0), BigInteger),
    )
    rows = await session.execute(sums.where(_open_of(actor, owes)).group_by(Intent.currency).order_by(Intent.currency))
    return [(currency, owed, owing) for currency, owed, owing in rows]


def is_settled(intents: Collection[Intent]) -> bool:
    """Return whether nothing of these debts is left to pay."""
    final = {IntentStatus.SUCCEEDED, IntentStatus.REFUNDED}
    return all(intent.status in final for intent in intents)


async def all_settled(session: AsyncSession, purchase: Purchase) -> bool:
    """Return whether nothing of the purchase's last lock is left to pay."""
    return is_settled(await intents_of(session, purchase))


def _open_of(actor: Actor, owes: bool | None) -> ColumnElement[bool]:
    mine = {True: Intent.payer_id == actor.user_id, False: Intent.payee_id == actor.user_id}
    return (mine[True] | mine[False] if owes is None else mine[owes]) & Intent.status.in_(OPEN)
