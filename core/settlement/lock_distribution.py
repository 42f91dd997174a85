"""The organiser locks the distribution: shares become debts, in the ledger too."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import Conflict
from core.identity.actor import Actor
from core.ids import PurchaseId
from core.ledger.chart import owe
from core.ledger.post import post
from core.money import MINOR_MAX, AmountTooLarge
from core.purchases.delete_task import void
from core.purchases.events import DistributionLocked
from core.purchases.happened import happened
from core.purchases.models import Purchase, PurchaseStatus
from core.purchases.queries import locked_own_purchase, participants_of
from core.purchases.rules import NotActive, check_organizer
from core.settlement.models import Intent, Strategy
from core.settlement.preview_distribution import Distribution, distribution_of
from core.settlement.tell_if_settled import tell_if_settled

PARTICIPANTS_MIN = 2


class AlreadyLocked(Conflict):
    """The distribution is locked."""


class TooFewParticipants(Conflict):
    """A distribution needs at least two participants."""


class NothingDone(Conflict):
    """A distribution needs at least one done task."""


class TasksUnfinished(Conflict):
    """Tasks are open or assigned; the organiser must confirm to drop them. `titles` names them."""


class ChangedMeanwhile(Conflict):
    """The purchase is not what the person saw when they decided."""


async def lock_distribution(
    session: AsyncSession,
    *,
    actor: Actor,
    purchase_id: PurchaseId,
    strategy: Strategy,
    due_after: timedelta,
    now: datetime,
    drop_unfinished: bool = False,
    seen_version: int | None = None,
) -> list[Intent]:
    """Fix the distribution and return the debts that it leaves.

    A debt is due when the purchase is, or `due_after` from now if the purchase says nothing or is overdue. The debts
    are posted to the ledger in one journal, and unlocking reverses that journal.

    :raises PurchaseNotFound, NotParticipant, NotTheOrganizer: if it is not the actor's purchase.
    :raises AlreadyLocked, NotActive: if it is locked or closed.
    :raises ChangedMeanwhile: if `seen_version` is not the purchase's version any more.
    :raises TooFewParticipants, NothingDone, TasksUnfinished: if it is not ready.
    :raises AmountTooLarge: if a debt is above what one operation may move.
    """
    purchase = await locked_own_purchase(session, actor=actor, purchase_id=purchase_id)
    check_organizer(purchase, actor.user_id)
    if purchase.status == PurchaseStatus.LOCKED:
        raise AlreadyLocked
    if purchase.status != PurchaseStatus.ACTIVE:
        raise NotActive(status=purchase.status)
    if seen_version is not None and seen_version != purchase.version:
        raise ChangedMeanwhile
    distribution = await distribution_of(session, purchase)
    await _check_ready(session, distribution, drop_unfinished=drop_unfinished)
    for task in distribution.unfinished:
        await void(session, purchase, task, actor_id=actor.user_id, now=now)
    purchase.status, purchase.strategy, purchase.locked_at = PurchaseStatus.LOCKED, strategy, now
    purchase.lock_number += 1
    due_at = purchase.due_at if purchase.due_at and purchase.due_at > now else now + due_after
    intents = _intents(distribution, strategy, due_at=due_at, now=now)
    if any(intent.amount_minor > MINOR_MAX for intent in intents):
        raise AmountTooLarge
    session.add_all(intents)
    await session.flush()
    await _post_debts(session, purchase, intents, now=now)
    event = DistributionLocked(
        purchase_id=purchase.id, actor_id=actor.user_id, lock_number=purchase.lock_number, strategy=strategy
    )
    happened(session, purchase, event, now=now)
    await tell_if_settled(session, purchase, actor_id=actor.user_id, now=now)
    return intents


def journal_key(purchase: Purchase) -> str:
    """Return the key of the journal that posted the debts of the purchase's last lock."""
    return f"lock:{purchase.id}:{purchase.lock_number}"


async def _check_ready(session: AsyncSession, distribution: Distribution, *, drop_unfinished: bool) -> None:
    if len(await participants_of(session, distribution.purchase.id)) < PARTICIPANTS_MIN:
        raise TooFewParticipants
    if not distribution.done:
        raise NothingDone
    if distribution.unfinished and not drop_unfinished:
        raise TasksUnfinished(titles=", ".join(task.title for task in distribution.unfinished))


def _intents(distribution: Distribution, strategy: Strategy, *, due_at: datetime, now: datetime) -> list[Intent]:
    purchase = distribution.purchase
    return [
        Intent(
            purchase_id=purchase.id,
            lock_number=purchase.lock_number,
            payer_id=transfer.payer_id,
            payee_id=transfer.payee_id,
            amount_minor=transfer.amount_minor,
            currency=purchase.currency,
            due_at=due_at,
            created_at=now,
        )
        for transfer in distribution.transfers(strategy)
    ]


async def _post_debts(session: AsyncSession, purchase: Purchase, intents: list[Intent], *, now: datetime) -> None:
    legs = [
        owe(
            creditor_id=intent.payee_id,
            debtor_id=intent.payer_id,
            purchase_id=purchase.id,
            currency=purchase.currency,
            amount_minor=intent.amount_minor,
        )
        for intent in intents
    ]
    if legs:  # everybody may have paid exactly their share
        await post(session, key=journal_key(purchase), kind="lock", legs=legs, now=now)
