"""The panel of a task: what it cost, who paid and who shares, until it is done."""

from collections.abc import Sequence
from uuid import UUID

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from aiogram.types import Message as TelegramMessage

from bot.callbacks import Tapped
from bot.handlers.record_spending import echo
from bot.parsing import parse_amounts
from bot.sent_photo import sent_photo
from bot.states import Answer, Asking
from bot.turn import Turn
from bot.views.expense import Draft, expense_panel, people_panel
from core.identity.models import User
from core.ids import TaskId, UserId
from core.notifications.message import Callback
from core.photos.give_photo import SentPhoto
from core.purchases.complete_task import complete_task
from core.purchases.models import Purchase, Task, TaskStatus
from core.purchases.queries import locked_task, participants_of
from core.purchases.reopen_task import reopen_task
from core.purchases.rules import NotYourTask, check_active, may_finish
from core.purchases.shares import Equal

router = Router(name=__name__)
START = "purchases"


async def show_panel(turn: Turn, state: FSMContext, purchase: Purchase, task: Task) -> None:
    """Show the person the panel of a task."""
    participants = await participants_of(turn.session, purchase.id)
    draft = await _draft(state, task, participants)
    panel = expense_panel(purchase, task, draft, participants, turn.actor.user_id, turn.actor.language)
    turn.replies.say_privately(panel, start=START)


@router.callback_query(Tapped("expense", ids=1))
async def handle(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Show the panel of a task that is the person's."""
    purchase, task = await _own_task(turn, tapped)
    await show_panel(turn, state, purchase, task)


@router.callback_query(Tapped("choose_payers", "choose_sharers", ids=1))
async def choose(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Show the participants to choose from."""
    purchase, task = await _own_task(turn, tapped)
    action = "toggle_payer" if tapped.action == "choose_payers" else "toggle_sharer"
    await _show_people(turn, state, purchase, task, action)


@router.callback_query(Tapped("toggle_payer", "toggle_sharer", ids=2))
async def toggle(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Put a participant in or out; the last one stays, because somebody must pay and somebody must share."""
    purchase, task = await _own_task(turn, tapped)
    participants = await participants_of(turn.session, purchase.id)
    draft = await _draft(state, task, participants)
    chosen = _chosen(draft, tapped.action, turn.actor.user_id, participants)
    user_id = UserId(tapped.ids[1])
    if user_id in chosen and len(chosen) > 1:
        chosen.remove(user_id)
    elif user_id not in chosen and user_id in {person.id for person in participants}:
        chosen.append(user_id)
    await _remember(state, task, draft, tapped.action, chosen)
    await _show_people(turn, state, purchase, task, tapped.action)


@router.callback_query(Tapped("ask_cost", ids=1))
async def ask_cost(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Ask for the cost, or for what each payer paid."""
    purchase, task = await _own_task(turn, tapped)
    participants = await participants_of(turn.session, purchase.id)
    draft = await _draft(state, task, participants)
    await state.set_state(Asking.cost)
    await state.update_data(cost_of=str(task.id))
    people = {person.id: person.name for person in participants}
    if len(draft.payer_ids) > 1:
        payers = ", ".join(people[user_id] for user_id in draft.payer_ids)
        turn.ask("ask-parts", title=task.title, payers=payers, name=turn.actor.name)
    else:
        turn.ask("ask-cost", title=task.title, name=turn.actor.name)


@router.message(Asking.cost, Answer())
async def hear_cost(message: TelegramMessage, state: FSMContext, turn: Turn) -> None:
    """Complete the task with the amounts that were asked for; a photo with them is the receipt."""
    task_id = TaskId((await state.get_data())["cost_of"])
    purchase, task = await locked_task(turn.session, actor=turn.actor, task_id=task_id)
    participants = await participants_of(turn.session, purchase.id)
    draft = await _draft(state, task, participants)
    payer_ids = draft.payer_ids or [turn.actor.user_id]
    amounts = parse_amounts(message.text or message.caption or "", purchase.currency, count=len(payer_ids))
    payers = {user_id: amount.minor for user_id, amount in zip(payer_ids, amounts, strict=True)}
    await _complete(turn, state, purchase, task, draft, payers, sent_photo(message))


@router.callback_query(Tapped("complete", ids=1))
async def complete(query: CallbackQuery, tapped: Callback, state: FSMContext, turn: Turn) -> None:
    """Complete the task at the cost that the panel shows."""
    purchase, task = await _own_task(turn, tapped)
    draft = await _draft(state, task, await participants_of(turn.session, purchase.id))
    cost = task.cost_minor if task.status == TaskStatus.DONE else task.estimate_minor
    payers = None if cost is None or not draft.payer_ids else {draft.payer_ids[0]: cost}
    await _complete(turn, state, purchase, task, draft, payers, None)


async def _complete(
    turn: Turn,
    state: FSMContext,
    purchase: Purchase,
    task: Task,
    draft: Draft,
    payers: dict[UserId, int] | None,
    receipt: SentPhoto | None,
) -> None:
    cost_minor = sum(payers.values()) if payers else task.cost_minor
    if task.status == TaskStatus.DONE:
        await reopen_task(turn.session, actor=turn.actor, task_id=task.id, now=turn.now)
    await complete_task(
        turn.session,
        actor=turn.actor,
        task_id=task.id,
        cost_minor=cost_minor,
        payers=payers,
        split=Equal(tuple(draft.sharer_ids)) if draft.sharer_ids else None,
        receipt=receipt,
        now=turn.now,
    )
    await state.clear()
    await echo(turn, purchase, task)


async def _own_task(turn: Turn, tapped: Callback) -> tuple[Purchase, Task]:
    purchase, task = await locked_task(turn.session, actor=turn.actor, task_id=TaskId(tapped.ids[0]))
    check_active(purchase)
    if task.status != TaskStatus.OPEN and not may_finish(purchase, task, turn.actor.user_id):
        raise NotYourTask
    return purchase, task


async def _show_people(turn: Turn, state: FSMContext, purchase: Purchase, task: Task, action: str) -> None:
    participants = await participants_of(turn.session, purchase.id)
    chosen = _chosen(await _draft(state, task, participants), action, turn.actor.user_id, participants)
    turn.replies.show(people_panel(task, chosen, participants, action, turn.actor.language))


def _chosen(draft: Draft, action: str, actor_id: UserId, participants: Sequence[User]) -> list[UserId]:
    if action == "toggle_payer":
        return list(draft.payer_ids) or [actor_id]
    return list(draft.sharer_ids) or [person.id for person in participants]


async def _draft(state: FSMContext, task: Task, participants: Sequence[User]) -> Draft:
    drafts = (await state.get_data()).get("drafts", {})
    kept = drafts.get(str(task.id), {})
    known = {person.id for person in participants}
    read = {name: [UserId(UUID(text)) for text in kept.get(name, [])] for name in ("payer_ids", "sharer_ids")}
    return Draft(**{name: [user_id for user_id in ids if user_id in known] for name, ids in read.items()})


async def _remember(state: FSMContext, task: Task, draft: Draft, action: str, chosen: list[UserId]) -> None:
    if action == "toggle_payer":
        draft.payer_ids = chosen
    else:
        draft.sharer_ids = chosen
    kept = {
        "payer_ids": [str(user_id) for user_id in draft.payer_ids],
        "sharer_ids": [str(user_id) for user_id in draft.sharer_ids],
    }
    drafts = (await state.get_data()).get("drafts", {})
    await state.update_data(drafts={**drafts, str(task.id): kept})
