"""The distribution of a purchase: looked at before it is locked, locked, unlocked, closed."""

from uuid import UUID

from api.ground import Asked
from api.openapi import refusals
from api.shapes.purchases import DistributionShape, LockDistribution, NetShape, PurchaseShape, TransferShape
from api.show import Onlooker, show_purchase
from api.transaction import new_router
from core.ids import PurchaseId
from core.money import AmountTooLarge
from core.purchases.rules import NotActive, NotParticipant, NotTheOrganizer, PurchaseNotFound
from core.settlement import lock_distribution as locking
from core.settlement.close_purchase import AlreadyClosed, DebtsOpen
from core.settlement.close_purchase import close_purchase as close
from core.settlement.minimal import Transfer
from core.settlement.models import Strategy
from core.settlement.preview_distribution import preview_distribution
from core.settlement.unlock_distribution import NotLocked, PaymentsBegan, unlock_distribution

router = new_router("distribution")
_OF_ORGANIZERS = (PurchaseNotFound, NotParticipant, NotTheOrganizer)


@router.get(
    "/purchases/{purchase_id}/distribution",
    summary="What locking would do",
    responses=refusals(PurchaseNotFound),
)
async def preview(call: Asked, purchase_id: UUID, actor: Onlooker) -> DistributionShape:
    """Return the debts that a lock would leave now, by both strategies."""
    found = await preview_distribution(call.session, actor=actor, purchase_id=PurchaseId(purchase_id))
    return DistributionShape(
        total_cents=found.total_minor,
        version=found.purchase.version,
        unfinished=[task.id for task in found.unfinished],
        nets=[NetShape(user_id=user_id, net_cents=minor) for user_id, minor in found.nets.items()],
        accruals=[_transfer(each) for each in found.transfers(Strategy.ACCRUALS)],
        minimal=[_transfer(each) for each in found.transfers(Strategy.MINIMAL)],
    )


@router.post(
    "/purchases/{purchase_id}/lock-distribution",
    summary="Lock: shares become debts",
    responses=refusals(
        *_OF_ORGANIZERS,
        *(locking.AlreadyLocked, NotActive, locking.ChangedMeanwhile, locking.TooFewParticipants),
        *(locking.NothingDone, locking.TasksUnfinished, AmountTooLarge),
    ),
)
async def lock_distribution(call: Asked, purchase_id: UUID, actor: Onlooker, how: LockDistribution) -> PurchaseShape:
    """Fix who owes whom; give the version of the preview, so that nothing changes in between."""
    await locking.lock_distribution(
        call.session,
        actor=actor,
        purchase_id=PurchaseId(purchase_id),
        strategy=how.strategy,
        due_after=call.ground.product.due_after,
        drop_unfinished=how.drop_unfinished,
        seen_version=how.version,
        now=call.now,
    )
    return await show_purchase(call, actor, PurchaseId(purchase_id))


@router.post(
    "/purchases/{purchase_id}/unlock",
    summary="Unlock: the debts are cancelled",
    responses=refusals(*_OF_ORGANIZERS, NotLocked, PaymentsBegan),
)
async def unlock(call: Asked, purchase_id: UUID, actor: Onlooker) -> PurchaseShape:
    """Make a locked purchase active again, while nobody has paid anything."""
    await unlock_distribution(call.session, actor=actor, purchase_id=PurchaseId(purchase_id), now=call.now)
    return await show_purchase(call, actor, PurchaseId(purchase_id))


@router.post(
    "/purchases/{purchase_id}/close",
    summary="Close the books",
    responses=refusals(*_OF_ORGANIZERS, AlreadyClosed, NotLocked, DebtsOpen),
)
async def close_purchase(call: Asked, purchase_id: UUID, actor: Onlooker) -> PurchaseShape:
    """Close a purchase of which nothing is left to pay."""
    await close(call.session, actor=actor, purchase_id=PurchaseId(purchase_id), now=call.now)
    return await show_purchase(call, actor, PurchaseId(purchase_id))


def _transfer(transfer: Transfer) -> TransferShape:
    return TransferShape(payer_id=transfer.payer_id, payee_id=transfer.payee_id, amount_cents=transfer.amount_minor)
