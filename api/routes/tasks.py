"""Tasks: things to buy or to pay for, and what was paid already."""

from uuid import UUID

from api.ground import Asked
from api.idempotency import creates
from api.openapi import refusals
from api.shapes.page import LIMIT_MAX, Limit, Offset, Page
from api.shapes.tasks import DoneTask, NewSpending, NewTask, TaskShape, payers_of
from api.show import InPurchase, Onlooker, show_task, tasks_of
from api.transaction import new_router
from core.ids import PhotoId, PurchaseId, UserId
from core.photos.give_photo import PhotoNotFound
from core.purchases import shares
from core.purchases.add_task import TooManyTasks
from core.purchases.add_task import add_task as add
from core.purchases.complete_task import CostUnknown, complete_task
from core.purchases.delete_task import delete_task as delete
from core.purchases.give_back_task import give_back_task
from core.purchases.overview import overview
from core.purchases.record_spending import record_spending
from core.purchases.remove_participant import ParticipantNotFound
from core.purchases.reopen_task import reopen_task as reopen
from core.purchases.rules import (
    DueInThePast,
    DueTooFar,
    NegativeAmount,
    NotActive,
    NotParticipant,
    NotYourTask,
    PurchaseNotFound,
    TaskNotFound,
    WrongTaskStatus,
    WrongTitle,
)
from core.purchases.take_task import AlreadyTaken, take_task

router = new_router("tasks")
_OF_TASKS = (PurchaseNotFound, TaskNotFound, NotParticipant, NotActive, WrongTaskStatus)
_OF_SPLITS = (
    *(ParticipantNotFound, NegativeAmount, shares.NobodyShares, shares.WrongWeight, shares.PercentsDoNotAddUp),
    *(shares.SharesDoNotAddUp, shares.NegativeShare, shares.WrongPayment, shares.PaymentsDoNotAddUp),
)


@router.get("/purchases/{purchase_id}/tasks", summary="The tasks", responses=refusals(PurchaseNotFound))
async def list_tasks(
    call: Asked, purchase_id: UUID, actor: Onlooker, limit: Limit = LIMIT_MAX, offset: Offset = 0
) -> Page[TaskShape]:
    """Return the tasks of a purchase, in the order of adding."""
    tasks = tasks_of(await overview(call.session, actor=actor, purchase_id=PurchaseId(purchase_id)))
    return Page(items=tasks[offset : offset + limit], limit=limit, offset=offset, total=len(tasks))


@router.post(
    "/purchases/{purchase_id}/tasks",
    summary="Add a task",
    status_code=201,
    responses=refusals(
        *(PurchaseNotFound, ParticipantNotFound, NotParticipant, NotActive, TooManyTasks),
        *(WrongTitle, NegativeAmount, DueInThePast, DueTooFar),
    ),
    **creates("/v1/purchases/{purchase_id}/tasks/{id}"),
)
async def add_task(call: Asked, purchase_id: UUID, actor: Onlooker, wanted: NewTask) -> TaskShape:
    """Add a thing to buy or to pay for, perhaps assigned to somebody already."""
    task = await add(
        call.session,
        actor=actor,
        purchase_id=PurchaseId(purchase_id),
        title=wanted.title,
        estimate_minor=wanted.estimate_cents,
        assignee_id=None if wanted.assignee_id is None else UserId(wanted.assignee_id),
        due_at=wanted.due_at,
        now=call.now,
    )
    return await show_task(call, task)


@router.post(
    "/purchases/{purchase_id}/spendings",
    summary="Say what was paid already",
    status_code=201,
    responses=refusals(
        PurchaseNotFound, NotParticipant, NotActive, TooManyTasks, WrongTitle, PhotoNotFound, *_OF_SPLITS
    ),
    **creates("/v1/purchases/{purchase_id}/tasks/{id}"),
)
async def spend(call: Asked, purchase_id: UUID, actor: Onlooker, paid: NewSpending) -> TaskShape:
    """Add a task that is done: paid by me and shared by all alike, unless it is said otherwise."""
    task = await record_spending(
        call.session,
        actor=actor,
        purchase_id=PurchaseId(purchase_id),
        title=paid.title,
        cost_minor=paid.cost_cents,
        payers=payers_of(paid.payers),
        split=None if paid.split is None else paid.split.to_core(),
        receipt=None if paid.receipt_id is None else PhotoId(paid.receipt_id),
        now=call.now,
    )
    return await show_task(call, task)


@router.get(
    "/purchases/{purchase_id}/tasks/{task_id}",
    summary="One task",
    responses=refusals(PurchaseNotFound, TaskNotFound),
)
async def read_task(call: Asked, task: InPurchase) -> TaskShape:
    """Return one task of a purchase."""
    return await show_task(call, task)


@router.delete(
    "/purchases/{purchase_id}/tasks/{task_id}",
    summary="Call a task off",
    status_code=204,
    responses=refusals(PurchaseNotFound, TaskNotFound, NotParticipant, NotYourTask, NotActive),
)
async def delete_task(call: Asked, actor: Onlooker, task: InPurchase) -> None:
    """Call a task off; it stays in the history."""
    await delete(call.session, actor=actor, task_id=task.id, now=call.now)


@router.post(
    "/purchases/{purchase_id}/tasks/{task_id}/assign",
    summary="Take a task",
    responses=refusals(*_OF_TASKS, AlreadyTaken),
)
async def assign_task(call: Asked, actor: Onlooker, task: InPurchase) -> TaskShape:
    """Take an open task; taking one's own again changes nothing."""
    return await show_task(call, await take_task(call.session, actor=actor, task_id=task.id, now=call.now))


@router.post(
    "/purchases/{purchase_id}/tasks/{task_id}/give-back",
    summary="Give a task back",
    responses=refusals(*_OF_TASKS, NotYourTask),
)
async def give_task_back(call: Asked, actor: Onlooker, task: InPurchase) -> TaskShape:
    """Open a task again that I took, or that somebody took in my purchase."""
    return await show_task(call, await give_back_task(call.session, actor=actor, task_id=task.id, now=call.now))


@router.post(
    "/purchases/{purchase_id}/tasks/{task_id}/done",
    summary="Finish a task",
    responses=refusals(*_OF_TASKS, NotYourTask, CostUnknown, PhotoNotFound, *_OF_SPLITS),
)
async def finish_task(call: Asked, actor: Onlooker, task: InPurchase, done: DoneTask) -> TaskShape:
    """Say what a task cost, who paid and who shares; an open one is taken in the same step."""
    finished = await complete_task(
        call.session,
        actor=actor,
        task_id=task.id,
        cost_minor=done.cost_cents,
        payers=payers_of(done.payers),
        split=None if done.split is None else done.split.to_core(),
        receipt=None if done.receipt_id is None else PhotoId(done.receipt_id),
        now=call.now,
    )
    return await show_task(call, finished)


@router.post(
    "/purchases/{purchase_id}/tasks/{task_id}/reopen",
    summary="Take a finished task back",
    responses=refusals(*_OF_TASKS, NotYourTask),
)
async def reopen_task(call: Asked, actor: Onlooker, task: InPurchase) -> TaskShape:
    """Take a finished task back to whoever did it; its cost counts no more."""
    return await show_task(call, await reopen(call.session, actor=actor, task_id=task.id, now=call.now))
