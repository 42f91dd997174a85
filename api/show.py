"""Put what core knows together for an answer, each in a fixed number of statements."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api.ground import Asked, Call
from api.shapes.debts import AttemptShape, IntentShape, attempt_shape, intent_shape
from api.shapes.purchases import May, ParticipantShape, PurchaseShape
from api.shapes.tasks import TaskShape, task_shape
from core.identity.actor import Actor
from core.identity.people import names
from core.ids import AttemptId, PurchaseId, TaskId
from core.notifications.reasons import written_failure
from core.orders.queries import orders_of_attempts
from core.payments.models import Attempt
from core.payments.queries import unfinished_refunds, visible_attempt
from core.purchases.acting_in_chat import acting_in_chat
from core.purchases.models import PurchaseStatus, Task
from core.purchases.names_in import names_in
from core.purchases.overview import Overview, overview
from core.purchases.queries import result_of, visible_task
from core.purchases.rules import offers
from core.settlement.models import Intent
from core.settlement.queries import intents_of, is_settled


async def _in_chat(purchase_id: UUID, call: Asked) -> Actor:
    return await acting_in_chat(call.session, actor=call.actor, purchase_id=PurchaseId(purchase_id))


# Who asks about the purchase in the address: members of its chat see it.
Onlooker = Annotated[Actor, Depends(_in_chat)]


async def _of_purchase(purchase_id: UUID, task_id: UUID, call: Asked, actor: Onlooker) -> Task:
    return await visible_task(call.session, actor=actor, purchase_id=PurchaseId(purchase_id), task_id=TaskId(task_id))


# The task in the address, which is of the purchase in the address.
InPurchase = Annotated[Task, Depends(_of_purchase)]


async def show_purchase(call: Call, actor: Actor, purchase_id: PurchaseId) -> PurchaseShape:
    """Return a purchase that the actor may see, with all that belongs to it.

    :raises PurchaseNotFound: if there is none.
    """
    found = await overview(call.session, actor=actor, purchase_id=purchase_id)
    purchase, takes_part = found.purchase, found.takes_part(actor.user_id)
    is_fixed = purchase.status != PurchaseStatus.ACTIVE
    intents = await intents_of(call.session, purchase) if is_fixed else []
    offered = offers(purchase, actor.user_id, takes_part=takes_part, is_settled=is_settled(intents))
    return PurchaseShape(
        id=purchase.id,
        title=purchase.title,
        status=purchase.status,
        currency=purchase.currency,
        owner_id=purchase.owner_id,
        chat_id=purchase.chat_id,
        chat_title=found.chat_title,
        strategy=purchase.strategy,
        due_at=purchase.due_at,
        version=purchase.version,
        created_at=purchase.created_at,
        locked_at=purchase.locked_at,
        closed_at=purchase.closed_at,
        total_cents=found.total_minor,
        my_net_cents=found.paid_minor(actor.user_id) - found.share_minor(actor.user_id),
        participants=participants_of(found, actor.language),
        tasks=tasks_of(found),
        intents=await show_intents(call, intents) if takes_part else [],
        may=May(**asdict(offered)),
    )


def participants_of(found: Overview, language: str) -> list[ParticipantShape]:
    """Return who takes part, named in a language."""
    named = names(sorted((user for _, user in found.participants), key=lambda user: user.id), language)
    return [
        ParticipantShape(
            user_id=user.id,
            name=named[user.id],
            weight=participant.weight,
            joined_at=participant.joined_at,
            is_organizer=user.id == found.purchase.owner_id,
            paid_cents=found.paid_minor(user.id),
            share_cents=found.share_minor(user.id),
        )
        for participant, user in found.participants
    ]


def tasks_of(found: Overview) -> list[TaskShape]:
    """Return the tasks of a purchase."""
    return [task_shape(task, found.payers.get(task.id, {}), found.shares.get(task.id, {})) for task in found.tasks]


async def show_task(call: Call, task: Task) -> TaskShape:
    """Return a task with who paid and who bears what of it."""
    await call.session.flush()
    return task_shape(task, *await result_of(call.session, task.id))


async def show_intents(call: Call, intents: Collection[Intent]) -> list[IntentShape]:
    """Return debts with the names that their people have in the purchase of each."""
    named = await names_in(call.session, {intent.purchase_id for intent in intents}, call.actor.language)
    return [intent_shape(intent, named[intent.purchase_id]) for intent in intents]


async def show_attempt(call: Call, attempt_id: AttemptId) -> AttemptShape:
    """Return an attempt that the person may see.

    :raises AttemptNotFound: if there is none.
    """
    await call.session.flush()
    attempt, intent = await visible_attempt(call.session, actor=call.actor, attempt_id=attempt_id)
    [shape] = await show_attempts(call, [attempt], intent)
    return shape


async def show_attempts(call: Call, attempts: Collection[Attempt], intent: Intent | None) -> list[AttemptShape]:
    """Return attempts to pay one debt, or a top-up, with the orders that carry them out and what goes back of them."""
    orders = await orders_of_attempts(call.session, [attempt.id for attempt in attempts])
    refunds = await unfinished_refunds(call.session, [attempt.id for attempt in attempts])
    return [
        attempt_shape(
            attempt,
            None if intent is None else intent.purchase_id,
            order_id=orders.get(attempt.id),
            refund=refunds.get(attempt.id),
            failure_text=written_failure(attempt, call.actor.language, reader_id=call.actor.user_id),
        )
        for attempt in attempts
    ]
