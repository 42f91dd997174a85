"""Debts: what I owe and am owed, where it comes from, forgiven, put off."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from api.ground import Asked
from api.openapi import refusals
from api.shapes.debts import (
    IntentDetail,
    IntentShape,
    OpenDebts,
    OpenSum,
    ReasonShape,
    Snooze,
    Snoozed,
    intent_detail,
)
from api.shapes.me import requisites_shape
from api.shapes.page import LIMIT, LIMIT_MAX, Limit, Offset, Page
from api.show import Onlooker, show_attempts, show_intents
from api.transaction import new_router
from core.identity.requisites import requisites_of
from core.ids import IntentId, PurchaseId
from core.payments.queries import attempts_of
from core.purchases.names_in import names_in
from core.purchases.rules import NotParticipant, PurchaseNotFound
from core.reminders.snooze_intent import WrongSnooze
from core.reminders.snooze_intent import snooze_intent as snooze
from core.reminders.snooze_reminder import NothingToRemind
from core.settlement.explain_intent import Reason, explain_intent
from core.settlement.queries import IntentNotFound, debts_of_purchase, debts_page, open_sums
from core.settlement.write_off_intent import NothingLeft
from core.settlement.write_off_intent import write_off_intent as write_off

router = new_router("debts")
Role = Annotated[Literal["payer", "payee"] | None, Query(description="Both if it is missing.")]


@router.get("/intents", summary="My open debts")
async def list_intents(call: Asked, role: Role = None, limit: Limit = LIMIT, offset: Offset = 0) -> OpenDebts:
    """Return what I owe (`payer`) or am owed (`payee`), the soonest due first, and what that sums to by currency."""
    owes = None if role is None else role == "payer"
    found, total = await debts_page(call.session, actor=call.actor, owes=owes, limit=limit, offset=offset)
    sums = [
        OpenSum(currency=currency, i_owe_cents=owed, owed_to_me_cents=owing)
        for currency, owed, owing in await open_sums(call.session, actor=call.actor, owes=owes)
    ]
    return OpenDebts(items=await show_intents(call, found), limit=limit, offset=offset, total=total, sums=sums)


@router.get(
    "/purchases/{purchase_id}/intents",
    summary="The debts of a purchase",
    responses=refusals(PurchaseNotFound, NotParticipant),
)
async def list_intents_of_purchase(
    call: Asked, purchase_id: UUID, actor: Onlooker, limit: Limit = LIMIT_MAX, offset: Offset = 0
) -> Page[IntentShape]:
    """Return who owes whom in a purchase that I take part in, whatever became of it."""
    found = await debts_of_purchase(call.session, actor=actor, purchase_id=PurchaseId(purchase_id))
    page = await show_intents(call, found[offset : offset + limit])
    return Page(items=page, limit=limit, offset=offset, total=len(found))


@router.get("/intents/{intent_id}", summary="One debt", responses=refusals(IntentNotFound))
async def read_intent(call: Asked, intent_id: UUID) -> IntentDetail:
    """Return a debt of mine with where it comes from, how to pay it, and what was tried."""
    explained = await explain_intent(call.session, actor=call.actor, intent_id=IntentId(intent_id))
    intent = explained.intent
    is_payer = intent.payer_id == call.actor.user_id
    requisites = await requisites_of(call.session, intent.payee_id) if is_payer else None
    return intent_detail(
        intent,
        (await names_in(call.session, [intent.purchase_id], call.actor.language))[intent.purchase_id],
        requisites=None if requisites is None else requisites_shape(requisites),
        reasons=[_reason(reason) for reason in explained.reasons],
        attempts=await show_attempts(call, await attempts_of(call.session, intent.id), intent),
    )


@router.post(
    "/intents/{intent_id}/write-off",
    summary="Forgive a debt",
    responses=refusals(IntentNotFound, NothingLeft),
)
async def write_off_intent(call: Asked, intent_id: UUID) -> IntentShape:
    """Forgive what is left of a debt that is owed to me."""
    intent = await write_off(call.session, actor=call.actor, intent_id=IntentId(intent_id), now=call.now)
    [shape] = await show_intents(call, [intent])
    return shape


@router.post(
    "/intents/{intent_id}/snooze",
    summary="Be reminded later",
    responses=refusals(IntentNotFound, NothingToRemind, WrongSnooze),
)
async def snooze_intent(call: Asked, intent_id: UUID, wanted: Snooze) -> Snoozed:
    """Be reminded of a debt of mine in some days instead of what was planned."""
    moment = await snooze(call.session, actor=call.actor, intent_id=IntentId(intent_id), days=wanted.days, now=call.now)
    return Snoozed(remind_at=moment)


def _reason(reason: Reason) -> ReasonShape:
    return ReasonShape(
        task_id=reason.task.id,
        title=reason.task.title,
        cost_cents=reason.task.cost_minor or 0,
        share_cents=reason.share_minor,
        extra_cents=reason.extra_minor,
        counts_cents=reason.counts_minor,
    )
